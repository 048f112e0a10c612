"""Takes too long: in Python, in C without the GIL, in C with the GIL; or answers at once."""

import ctypes
import time


def spin():
    while True:
        time.sleep(0.001)


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/loop":
        spin()
    elif path == "/c":
        ctypes.CDLL(None).sleep(9)
    elif path == "/gil":
        ctypes.PyDLL(None).sleep(3)
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/stream":
        return stream()
    return [b"hello\n"]


def stream():
    yield b"begun\n"
    spin()
