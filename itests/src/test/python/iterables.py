"""Returns one, two, three as the kind of iterable that the path names."""

import io

CHUNKS = [b"one ", b"two ", b"three\n"]


class ByIter:
    def __iter__(self):
        return iter(CHUNKS)


class ByGetItem:
    def __getitem__(self, index):
        return CHUNKS[index]


class ByNext:
    def __init__(self):
        self.chunks = iter(CHUNKS)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.chunks)


class ListWithClose(list):
    def close(self):
        pass


def generator():
    yield from CHUNKS


KINDS = {
    "list": lambda environ: list(CHUNKS),
    "one-element": lambda environ: [b"".join(CHUNKS)],
    "tuple": lambda environ: tuple(CHUNKS),
    "one-tuple": lambda environ: (b"".join(CHUNKS),),
    "list-subclass": lambda environ: ListWithClose(CHUNKS),
    "generator": lambda environ: generator(),
    "iter": lambda environ: ByIter(),
    "getitem": lambda environ: ByGetItem(),
    "next": lambda environ: ByNext(),
    "map": lambda environ: map(bytes, CHUNKS),
    "empty-chunks": lambda environ: [b"", b"one ", b"", b"two three\n", b""],
    "nothing": lambda environ: [],
    "empty": lambda environ: [b""],
    "file-wrapper": lambda environ: environ["wsgi.file_wrapper"](io.BytesIO(b"".join(CHUNKS)), 5),
    "file": lambda environ: io.BytesIO(b"one two three\n"),
}


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return KINDS[environ["PATH_INFO"].strip("/")](environ)
