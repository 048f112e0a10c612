"""Tries to register a signal handler while a request is served; answers with what came of it."""

import signal


def application(environ, start_response):
    try:
        signal.signal(signal.SIGTERM, lambda *_: None)
        result = "registered"
    except ValueError as e:
        result = f"ValueError: {e}"
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [result.encode()]
