"""A chat in plain WSGI: a page, and a WebSocket for what people say."""

import collections
import json
import pathlib
import threading
import time
import uuid

import yimmo

PAGE = pathlib.Path(__file__).with_name("chat.html").read_bytes()
LONGEST_NAME = 30
LONGEST_TEXT = 2000

# Callbacks of one WebSocket come one after the other, those of different ones side by side.
lock = threading.Lock()
people = {}  # a WebSocket: the name of who is there
recent = collections.deque(maxlen=50)


def on_message(ws, msg, flags):
    if not isinstance(msg, str):
        ws.close(1003, "this chat is about text")
        return
    wish = json.loads(msg)
    if "join" in wish:
        join(ws, wish["join"].strip()[:LONGEST_NAME] or "somebody")
    elif "say" in wish and ws in people:
        say(people[ws], wish["say"].strip()[:LONGEST_TEXT])


def join(ws, name):
    with lock:
        people[ws] = name
        ws.send(json.dumps({"recent": list(recent)}))
    tell_who_is_there()


def say(name, text):
    if text:
        said = {"id": uuid.uuid4().hex, "name": name, "text": text, "time": time.time()}
        with lock:  # all hear it in the same order
            recent.append(said)
            tell_everybody({"said": said})


def on_close(ws):
    with lock:
        was_there = people.pop(ws, None)
    if was_there:
        tell_who_is_there()


def tell_who_is_there():
    with lock:
        tell_everybody({"people": sorted(people.values())})


def tell_everybody(news):
    """send never waits: who does not read is closed by the server (1013), the others hear it."""
    message = json.dumps(news)
    for ws in people:
        ws.send(message)


yimmo.init_websockets(None, on_message, on_close, path="/talk", max_message_size=16 * 1024)


def app(environ, start_response):
    if environ["PATH_INFO"] not in ("", "/"):
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"There is nothing here; the chat is at /.\n"]
    fields = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(PAGE))),
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
            " connect-src 'self'; img-src data:",
        ),
    ]
    start_response("200 OK", fields)
    return [PAGE]
