"""Reads the content in ways that the validator forbids but servers know."""

breaks_rules = True

WAYS = {
    "read": lambda f: [f.read()],
    "read-minus-one": lambda f: [f.read(-1)],
    "readline-size": lambda f: [f.readline(4), f.readline(100), f.readline(-1)],
    "readlines-hint": lambda f: f.readlines(5),
    "beyond-the-end": lambda f: [f.read(), f.read(), f.read(10), f.readline(), *f.readlines(), *f],
}


def application(environ, start_response):
    pieces = WAYS[environ["PATH_INFO"].strip("/")](environ["wsgi.input"])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["".join(f"{piece!r}\n" for piece in pieces).encode()]
