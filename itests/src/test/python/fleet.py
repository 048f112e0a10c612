"""Tells the version and the process that answer; waits, crashes, hangs or grows if asked to."""

import ctypes
import os
import time

version = "one"
kept = []


def application(environ, start_response):
    kind, _, number = environ["PATH_INFO"].strip("/").partition("/")
    if kind == "slow":
        print(f"slow request begins in {os.getpid()}", flush=True)
        time.sleep(float(number))
    elif kind == "crash":
        ctypes.string_at(0)
    elif kind == "stuck":
        ctypes.CDLL(None).sleep(1000)
    elif kind == "grow":
        kept.append(b"x" * (int(number) << 20))
    start_response("200 OK", [("Content-Type", "text/plain")])
    if kind == "large":
        return (b"x" * (1 << 20) for _ in range(int(number)))
    return [f"{version} {os.getpid()}\n".encode()]
