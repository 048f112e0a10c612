"""Answers with the method; a HEAD request gets the same fields as a GET request."""


def application(environ, start_response):
    environ["wsgi.input"].read(1 << 20)
    method = environ["REQUEST_METHOD"]
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Method", method)])
    return [f"method {method}\n".encode()]
