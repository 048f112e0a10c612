"""Answers with the content of the request."""


def application(environ, start_response):
    content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    fields = [("Content-Type", "application/octet-stream"), ("Content-Length", str(len(content)))]
    start_response("200 OK", fields)
    return [content]
