"""The applications of the benchmarks. Each is as small as what it measures allows."""

HELLO = b"Hello, world!\n"
HEADERS = [("Content-Type", "text/plain"), ("Content-Length", str(len(HELLO)))]


def hello(environ, start_response):
    start_response("200 OK", HEADERS)
    return [HELLO]


def flask_hello():
    """Made by a call, so that the other applications need no Flask."""
    from flask import Flask

    app = Flask(__name__)

    @app.route("/")
    def index():
        return HELLO

    return app
