"""Waits as many seconds as the path says, or /until a file is there, for a minute at most;
/chunks/N sends N chunks with a pause before each."""

import os
import time


def chunks(number):
    for n in range(number):
        time.sleep(0.2)
        yield f"chunk {n}\n".encode()


def wait_for(file):
    end = time.monotonic() + 60
    while not os.path.exists(file) and time.monotonic() < end:
        time.sleep(0.05)


def application(environ, start_response):
    kind, _, number = environ["PATH_INFO"].strip("/").partition("/")
    start_response("200 OK", [("Content-Type", "text/plain")])
    if kind == "chunks":
        return chunks(int(number))
    print(f"slow request begins: {kind}", flush=True)
    if kind == "until":
        wait_for("/" + number)
    else:
        time.sleep(float(kind))
    return [b"slow\n"]
