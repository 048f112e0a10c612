"""Reads the content in the way that the path names; answers with the pieces, a line each."""

WAYS = {
    "read": lambda f: [f.read(1 << 20)],
    "read-some": lambda f: [f.read(3), f.read(4), f.read(1 << 20), f.read(1)],
    "read-none": lambda f: [f.read(0)],
    "readline": lambda f: [f.readline(), f.readline()],
    "readlines": lambda f: f.readlines(),
    "iterate": lambda f: list(f),
}


def application(environ, start_response):
    pieces = WAYS[environ["PATH_INFO"].strip("/")](environ["wsgi.input"])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["".join(f"{piece!r}\n" for piece in pieces).encode()]
