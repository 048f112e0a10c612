"""Calls start_response only when the first chunk is asked for."""


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"late\n"
