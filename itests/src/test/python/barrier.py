"""Answers when two requests are inside at the same time."""

import threading

barrier = threading.Barrier(2, timeout=20)


def application(environ, start_response):
    barrier.wait()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['wsgi.multithread']}".encode()]
