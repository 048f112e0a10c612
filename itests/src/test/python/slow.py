"""Waits as many seconds as the path says; /chunks/N sends N chunks with a pause before each."""

import time


def chunks(number):
    for n in range(number):
        time.sleep(0.2)
        yield f"chunk {n}\n".encode()


def application(environ, start_response):
    kind, _, number = environ["PATH_INFO"].strip("/").partition("/")
    start_response("200 OK", [("Content-Type", "text/plain")])
    if kind == "chunks":
        return chunks(int(number))
    print(f"slow request begins: {kind}", flush=True)
    time.sleep(float(kind))
    return [b"slow\n"]
