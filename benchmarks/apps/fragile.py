"""Tells version and process; takes half a second or crashes the process when asked to."""

import ctypes
import os
import time

import release  # written by events.py


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/slow":
        time.sleep(0.5)
    elif path == "/crash":
        ctypes.string_at(0)
    content = f"{release.VERSION} {os.getpid()}\n".encode()
    start_response("200 OK", [
        ("Content-Type", "text/plain"), ("Content-Length", str(len(content)))])
    return [content]
