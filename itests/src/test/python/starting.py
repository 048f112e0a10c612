"""Calls start_response in the way that the path names."""

import sys

breaks_rules = True
PLAIN = [("Content-Type", "text/plain")]


def failure():
    try:
        raise KeyError("the reason")
    except KeyError:
        return sys.exc_info()


def never(start_response):
    return [b"content without a status"]


def twice(start_response):
    start_response("200 OK", PLAIN)
    start_response("201 Created", PLAIN)
    return [b"never seen"]


def exc_info_before(start_response):
    start_response("200 OK", PLAIN + [("X-First", "yes")])
    start_response("503 Busy", PLAIN, failure())
    return [b"replaced\n"]


def exc_info_first(start_response):
    start_response("418 Teapot", PLAIN, failure())
    return [b"first\n"]


def exc_info_none(start_response):
    start_response("200 OK", PLAIN, None)
    return [b"none\n"]


def exc_info_after(start_response):
    write = start_response("200 OK", PLAIN)
    write(b"begun ")
    start_response("500 Late", PLAIN, failure())
    return [b"never seen"]


def exc_info_after_empty(start_response):
    start_response("200 OK", PLAIN)
    yield b""
    start_response("500 In Time", PLAIN, failure())
    yield b"replaced\n"


def keyword(start_response):
    try:
        start_response(status="200 OK", headers=PLAIN)
    except TypeError:
        start_response("200 OK", PLAIN)
    return [b"keyword\n"]


def application(environ, start_response):
    return globals()[environ["PATH_INFO"].strip("/").replace("-", "_")](start_response)
