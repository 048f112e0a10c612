"""Answers with length and SHA-256 of the content, reading it in pieces."""

import hashlib


def application(environ, start_response):
    sha, length = hashlib.sha256(), 0
    source = environ["wsgi.input"]
    while True:
        piece = source.read(1 << 16)
        if not piece:
            break
        sha.update(piece)
        length += len(piece)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{length} {sha.hexdigest()}".encode()]
