"""The applications of the benchmarks. Each is as small as what it measures allows.

`application` serves all that need no framework: finding the one for a path costs every server the
same look-up and call, some 0.1 µs.
"""

import time
import zlib

HELLO = b"Hello, world!\n"
MIB = b"m" * 1024 * 1024
HELLO_HEADERS = [("Content-Type", "text/plain"), ("Content-Length", str(len(HELLO)))]
KIB = b"0123456789abcdef" * 64
DOWNLOAD_MIB = 200


def application(environ, start_response):
    return APPLICATIONS[environ["PATH_INFO"]](environ, start_response)


def hello(environ, start_response):
    start_response("200 OK", HELLO_HEADERS)
    return [HELLO]


def respond(start_response, content):
    start_response(
        "200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(content)))])
    return [content]


def ten_kib(environ, start_response):
    return respond(start_response, 10 * KIB)


def query(environ, start_response):
    return respond(start_response, environ["QUERY_STRING"].encode())


def echo(environ, start_response):
    length = int(environ["CONTENT_LENGTH"])
    return respond(start_response, environ["wsgi.input"].read(length))


def generator(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (KIB for _ in range(100))


def pure_python(environ, start_response):
    """Some 1 ms on the machine of docs/performance.md; the same work for every server."""
    total = 0
    for number in range(17_000):
        total += number & 7
    return respond(start_response, b"%d\n" % total)


def sleep_10_ms(environ, start_response):
    time.sleep(0.01)
    return hello(environ, start_response)


def sleep_200_ms(environ, start_response):
    time.sleep(0.2)
    return hello(environ, start_response)


def download(environ, start_response):
    mib = 1024 * KIB
    start_response(
        "200 OK",
        [("Content-Type", "text/plain"), ("Content-Length", str(DOWNLOAD_MIB * len(mib)))])
    return (mib for _ in range(DOWNLOAD_MIB))


def one_mib(environ, start_response):
    return respond(start_response, MIB)


def upload(environ, start_response):
    """Answers with the CRC-32 of the content."""
    left = int(environ["CONTENT_LENGTH"])
    checksum = 0
    while left:
        chunk = environ["wsgi.input"].read(min(left, 65536))
        if not chunk:
            break
        left -= len(chunk)
        checksum = zlib.crc32(chunk, checksum)
    return respond(start_response, b"%08x\n" % checksum)


def upcalls(environ, start_response):
    """For CallBenchmark of jmh/."""
    read = environ["wsgi.input"].read
    for _ in range(1000):
        read(0)
    return hello(environ, start_response)


APPLICATIONS = {
    "/": hello,
    "/10k": ten_kib,
    "/query": query,
    "/echo": echo,
    "/generator": generator,
    "/python": pure_python,
    "/sleep10": sleep_10_ms,
    "/sleep200": sleep_200_ms,
    "/download": download,
    "/mib": one_mib,
    "/upload": upload,
    "/upcalls": upcalls,
}


def flask_application():
    """Made by a call, so that the other applications need no Flask."""
    from flask import Flask, jsonify

    app = Flask(__name__)

    @app.route("/")
    def index():
        return HELLO

    @app.route("/json")
    def json():
        return jsonify(message="Hello, world!", numbers=[1, 2, 3], nested={"a": None, "b": True})

    return app
