"""A small site in plain WSGI (PEP 3333), with nothing but the standard library."""

import hashlib
import html
import http.cookies
import json
import urllib.parse

MIB = 1 << 20
BLOCK = bytes(range(256)) * 256  # 64 KiB


def home(environ, start_response):
    links = "".join(f'<li><a href="{path}">{path}</a></li>' for path in sorted(PAGES))
    return page(start_response, "A plain application", f"<ul>{links}</ul>")


def form(environ, start_response):
    """Shows a form; answers with the fields that were sent."""
    if environ["REQUEST_METHOD"] != "POST":
        return page(
            start_response,
            "A form",
            '<form method="post"><input name="name"><input name="colour"><button>Send</button></form>',
        )
    content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    fields = urllib.parse.parse_qsl(content.decode("ascii"), keep_blank_values=True)
    rows = "".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in fields)
    return page(start_response, "You sent", f"<dl>{rows}</dl>")


def redirect(environ, start_response):
    start_response("302 Found", [("Location", "/"), ("Content-Length", "0")])
    return []


def cookies(environ, start_response):
    """Counts visits in a cookie."""
    jar = http.cookies.SimpleCookie(environ.get("HTTP_COOKIE", ""))
    visits = int(jar["visits"].value) + 1 if "visits" in jar else 1
    fields = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Set-Cookie", f"visits={visits}; Path=/"),
        ("Set-Cookie", "flavour=vanilla; Path=/; HttpOnly"),
    ]
    start_response("200 OK", fields)
    return [f"visit {visits}\n".encode()]


def stream(environ, start_response):
    """Sends line after line; the length is not known before."""
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    for number in range(1, 11):
        yield f"line {number}\n".encode()


def download(environ, start_response):
    """Sends 200 MiB, or ?mib=N, from a generator."""
    query = urllib.parse.parse_qs(environ["QUERY_STRING"])
    mib = int(query.get("mib", ["200"])[0])
    start_response(
        "200 OK",
        [("Content-Type", "application/octet-stream"), ("Content-Length", str(mib * MIB))],
    )
    return (BLOCK for _ in range(mib * MIB // len(BLOCK)))


def upload(environ, start_response):
    """Reports length and SHA-256 of what was sent."""
    digest, length = hashlib.sha256(), 0
    remaining = int(environ.get("CONTENT_LENGTH") or 0)
    while remaining:
        block = environ["wsgi.input"].read(min(remaining, len(BLOCK)))
        if not block:
            break
        digest.update(block)
        length += len(block)
        remaining -= len(block)
    return document(start_response, {"length": length, "sha256": digest.hexdigest()})


def error(environ, start_response):
    raise RuntimeError("this page always fails")


def request(environ, start_response):
    """Shows what of the environ comes from the request."""
    own = ("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING")
    shown = {k: v for k, v in environ.items() if k in own or k.startswith("HTTP_")}
    return document(start_response, shown)


def environment(environ, start_response):
    """Shows the whole environ."""
    return document(start_response, {key: repr(value) for key, value in environ.items()})


def missing(environ, start_response):
    return page(start_response, "There is no such page", "", "404 Not Found")


def page(start_response, title, content, status="200 OK"):
    text = f"<!doctype html>\n<title>{title}</title>\n<h1>{title}</h1>\n{content}\n".encode()
    fields = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(text)))]
    start_response(status, fields)
    return [text]


def document(start_response, value):
    text = json.dumps(value, indent=2, sort_keys=True).encode() + b"\n"
    start_response("200 OK", [("Content-Type", "application/json")])
    return [text]


PAGES = {
    "/": home,
    "/form": form,
    "/redirect": redirect,
    "/cookies": cookies,
    "/stream": stream,
    "/download": download,
    "/upload": upload,
    "/error": error,
    "/request": request,
    "/environ": environment,
}


def app(environ, start_response):
    return PAGES.get(environ["PATH_INFO"], missing)(environ, start_response)
