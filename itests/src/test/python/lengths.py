"""Announces a length and sends another one."""

breaks_rules = True


def application(environ, start_response):
    announced, *chunks = environ["PATH_INFO"].strip("/").split("/")
    fields = [("Content-Type", "text/plain"), ("Content-Length", announced)]
    start_response("200 OK", fields)
    return [chunk.encode() for chunk in chunks]
