"""Answers with the interpreter it runs in."""

import sys


def application(environ, start_response):
    version = ".".join(map(str, sys.version_info[:3]))
    lines = [version, sys.prefix, sys.executable, " ".join(sys.argv), *sys.path]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["\n".join(lines).encode()]
