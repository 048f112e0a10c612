"""Gives start_response the head that the path names, most of them not allowed."""

breaks_rules = True

HEADS = {
    "good": ("200 OK", [("X-Good", "caf\xe9"), ("X-Empty", ""), ("x-lower", "a\tb")]),
    "no-reason": ("200", []),
    "odd-reason": ("299 Odd But \xe4llowed", []),
    "no-fields": ("200 OK", []),
    "repeated": ("200 OK", [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]),
    "own-date": ("200 OK", [("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("Server", "mine")]),
    "connection": ("200 OK", [("Connection", "close")]),
    "keep-alive": ("200 OK", [("keep-alive", "timeout=5")]),
    "transfer-encoding": ("200 OK", [("Transfer-Encoding", "chunked")]),
    "upgrade": ("200 OK", [("Upgrade", "h2c")]),
    "crlf-in-value": ("200 OK", [("X-Bad", "a\r\nX-Injected: b")]),
    "lf-in-value": ("200 OK", [("X-Bad", "a\nb")]),
    "nul-in-value": ("200 OK", [("X-Bad", "a\0b")]),
    "crlf-in-name": ("200 OK", [("X-Bad\r\nX-Injected", "a")]),
    "colon-in-name": ("200 OK", [("X:Bad", "a")]),
    "empty-name": ("200 OK", [("", "a")]),
    "crlf-in-status": ("200 OK\r\nX-Injected: a", []),
    "not-latin-1": ("200 OK", [("X-Bad", "\u20ac")]),
    "status-number": (200, []),
    "status-bytes": (b"200 OK", []),
    "status-word": ("fine", []),
    "status-100": ("100 Continue", []),
    "status-999": ("999 Much", []),
    "fields-none": ("200 OK", None),
    "fields-dict": ("200 OK", {"X-Bad": "a"}),
    "value-number": ("200 OK", [("Content-Length", 6)]),
    "value-bytes": ("200 OK", [("X-Bad", b"a")]),
    "value-none": ("200 OK", [("X-Bad", None)]),
    "triple": ("200 OK", [("X-Bad", "a", "b")]),
    "bad-length": ("200 OK", [("Content-Length", "six")]),
    "negative-length": ("200 OK", [("Content-Length", "-6")]),
    "two-lengths": ("200 OK", [("Content-Length", "6"), ("Content-Length", "7")]),
}


def application(environ, start_response):
    start_response(*HEADS[environ["PATH_INFO"].strip("/")])
    return [b"hello\n"]
