"""Uses write(), then returns the rest."""


def application(environ, start_response):
    write = start_response("200 OK", [("Content-Type", "text/plain")])
    write(b"written, ")
    write(b"")
    write(b"written again, ")
    return [b"returned\n"]
