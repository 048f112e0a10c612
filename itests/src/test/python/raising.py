"""Raises what the path names."""

import sys

breaks_rules = True


class Secret(BaseException):
    pass


def too_deep(n=0):
    return too_deep(n + 1) + 1


RAISES = {
    "error": lambda: {}["the missing key"],
    "base-exception": lambda: (_ for _ in ()).throw(Secret("not an Exception")),
    "system-exit": lambda: sys.exit(3),
    "system-exit-raise": lambda: (_ for _ in ()).throw(SystemExit("with a message")),
    "keyboard-interrupt": lambda: (_ for _ in ()).throw(KeyboardInterrupt()),
    "stop-iteration": lambda: (_ for _ in ()).throw(StopIteration()),
    "generator-exit": lambda: (_ for _ in ()).throw(GeneratorExit()),
    "memory-error": lambda: (_ for _ in ()).throw(MemoryError()),
    "recursion": too_deep,
}


def application(environ, start_response):
    path = environ["PATH_INFO"].strip("/")
    if path.startswith("after/"):
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"begun ")
        path = path[6:]
    RAISES[path]()
