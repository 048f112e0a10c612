"""Streams as many MiB as the path says, without a length: from a generator, or by /file/N from a file.
/bytes/N sends N bytes with a length."""

import tempfile

BLOCK = bytes(range(256)) * 256  # 64 KiB


def application(environ, start_response):
    *kind, number = environ["PATH_INFO"].strip("/").split("/")
    fields = [("Content-Type", "application/octet-stream")]
    if kind == ["bytes"]:
        start_response("200 OK", fields + [("Content-Length", number)])
        return [(BLOCK * (int(number) // len(BLOCK) + 1))[: int(number)]]
    start_response("200 OK", fields)
    if kind == ["file"]:
        file = tempfile.TemporaryFile()
        for _ in range(int(number) * 16):
            file.write(BLOCK)
        file.seek(0)
        return environ["wsgi.file_wrapper"](file)
    return (BLOCK for _ in range(int(number) * 16))
