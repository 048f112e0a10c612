"""Counts how often close() is called; /count/NAME answers with that."""

import collections

breaks_rules = True
closed = collections.Counter()


class Chunks:
    def __init__(self, name, chunks):
        self.name = name
        self.chunks = iter(chunks)

    def __iter__(self):
        return self.chunks

    def close(self):
        closed[self.name] += 1
        if self.name == "close-raises":
            raise RuntimeError("close() fails")


def endless():
    while True:
        yield b"x" * 65536


def failing():
    yield b"begun "
    raise RuntimeError("the iteration fails")


def failing_at_once():
    raise RuntimeError("the first chunk fails")
    yield b""


KINDS = {
    "complete": lambda: [b"one ", b"two\n"],
    "one": lambda: [b"one\n"],
    "nothing": lambda: [],
    "endless": endless,
    "fails": failing,
    "fails-at-once": failing_at_once,
    "close-raises": lambda: [b"one\n"],
    "wrong-chunk": lambda: ["text"],
}


def application(environ, start_response):
    path = environ["PATH_INFO"].strip("/")
    if path.startswith("count/"):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(closed[path[6:]]).encode()]
    if path == "no-start":
        return Chunks(path, [b"content without a status"])
    start_response("200 OK", [("Content-Type", "text/plain")])
    kind = path.partition("/")[0]
    return Chunks(path, KINDS[kind]())
