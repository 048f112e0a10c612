"""Writes to wsgi.errors, standard error and standard output, and logs."""

import logging
import sys


def application(environ, start_response):
    errors = environ["wsgi.errors"]
    errors.write("to wsgi.errors: \u20ac\n")
    errors.writelines(["first of two\n", "second of two\n"])
    errors.flush()
    print("to standard output")
    print("to standard error", file=sys.stderr)
    logging.getLogger("shop").warning("logged")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"written\n"]
