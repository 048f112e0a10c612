"""Leaves the content of the request alone."""


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"not read\n"]
