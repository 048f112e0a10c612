"""Answers with the status that the path names and content where the status allows it."""


def application(environ, start_response):
    status = environ["PATH_INFO"].strip("/")
    if status in ("204", "304"):
        start_response(f"{status} Empty", [("X-Empty", "yes")])
        return []
    start_response(f"{status} Some", [("Content-Type", "text/plain")])
    return [b"content\n"]
