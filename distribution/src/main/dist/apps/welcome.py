"""What yimmo-wsgi serves when no application is named.

With Flask at hand this is a Flask application, otherwise plain WSGI (PEP 3333); both answer the
same: a page at /, a greeting at /hello/NAME and the facts of the page as JSON at /json. Everything
that comes from outside is escaped.
"""

import json
import os
import sys
from html import escape

try:
    import flask
except ImportError:
    flask = None

STYLE = """
body { font: 17px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem;
       color: #223; background: #fbfaf7 }
h1 { font-weight: 600; margin-bottom: 0 }
code, pre { font: 15px/1.5 ui-monospace, monospace; background: #efede6; border-radius: 4px }
code { padding: .1em .3em } pre { padding: .8em 1em; overflow-x: auto }
th { text-align: left; font-weight: 600; padding: .15em 1.5em .15em 0; vertical-align: top }
td { overflow-wrap: anywhere }
a { color: #0a5d8f }
"""

HELLO_FILE = """# hello.py
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello, world\\n"]
"""


def framework():
    if flask is None:
        return "none: plain WSGI (install Flask into this Python to see it here)"
    try:
        from importlib.metadata import version

        return "Flask " + version("flask")
    except ImportError:  # a Flask without metadata
        return "Flask"


def facts(environ):
    """What the page shows, by the name under which it shows it."""
    return {
        "server": environ.get("SERVER_SOFTWARE", "unknown"),
        "framework": framework(),
        "python": sys.version.split()[0],
        "interpreter": sys.executable or "none: the interpreter is embedded",
        "prefix": sys.prefix,
        "threads": "several" if environ.get("wsgi.multithread") else "one",
        "process": str(os.getpid()),
    }


def document(title, content):
    return (
        "<!doctype html>\n"
        '<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>{}</title><style>{}</style></head>\n<body>\n{}</body></html>\n"
    ).format(escape(title), STYLE, content)


def welcome_page(environ):
    root = escape(environ.get("SCRIPT_NAME", ""), quote=True)
    rows = "".join(
        "<tr><th>{}</th><td>{}</td></tr>\n".format(escape(name), escape(value))
        for name, value in facts(environ).items()
    )
    return document(
        "yimmo-wsgi",
        "<h1>It works</h1>\n"
        "<p>This page is a Python application, served by yimmo-wsgi.</p>\n"
        "<table>\n" + rows + "</table>\n"
        "<p>More of it: <a href='{0}/hello/world'>a greeting</a>, "
        "<a href='{0}/json'>the table as JSON</a>.</p>\n"
        "<h2>Serve your own</h2>\n"
        "<pre>{1}</pre>\n"
        "<pre>yimmo-wsgi hello</pre>\n"
        "<p>An application of another name, or one that a factory makes:</p>\n"
        "<pre>yimmo-wsgi site:app\nyimmo-wsgi 'site:create_app()'</pre>\n"
        "<p><code>yimmo-wsgi --help</code> shows the options.</p>\n".format(
            root, escape(HELLO_FILE)
        ),
    )


def hello_page(name):
    return document("Hello", "<h1>Hello, {}</h1>\n".format(escape(name)))


def json_text(environ):
    return json.dumps(facts(environ), indent=2) + "\n"


def plain_application(environ, start_response):
    """The three pages without a framework."""
    # PEP 3333, "Unicode Issues": the octets of the path, each as a character.
    path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
    status, content_type = "200 OK", "text/html; charset=utf-8"
    if path in ("", "/"):
        content = welcome_page(environ)
    elif path == "/json":
        content, content_type = json_text(environ), "application/json"
    elif path.startswith("/hello/") and path.count("/") == 2 and path != "/hello/":
        content = hello_page(path[len("/hello/") :])
    else:
        status = "404 Not Found"
        content = document("Not found", "<h1>There is nothing here</h1>\n")
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        start_response("405 Method Not Allowed", [("Allow", "GET, HEAD"), ("Content-Length", "0")])
        return [b""]
    octets = content.encode("utf-8")
    fields = [("Content-Type", content_type), ("Content-Length", str(len(octets)))]
    start_response(status, fields)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [octets]


def flask_application():
    """The same three pages as a Flask application."""
    site = flask.Flask(__name__)

    @site.route("/")
    def welcome():
        return welcome_page(flask.request.environ)

    @site.route("/hello/<name>")
    def hello(name):
        return hello_page(name)

    @site.route("/json")
    def as_json():
        return flask.Response(json_text(flask.request.environ), mimetype="application/json")

    return site


app = plain_application if flask is None else flask_application()
