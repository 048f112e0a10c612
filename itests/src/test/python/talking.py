"""WebSockets, one behaviour at each path; GET tells how those of a client ended."""

import json
import re
import threading
import time

import yimmo

MIB = 1 << 20
ended = {}


def name(ws):
    return ws.environ["QUERY_STRING"]


def on_close(ws):
    ended[name(ws)] = [ws.close_code, ws.close_reason, ws.closed]


def echo(ws, msg, flags):
    ws.send(msg, flags)


def tell_environ(ws):
    environ = ws.environ
    keys = ("PATH_INFO", "QUERY_STRING", "HTTP_COOKIE", "REMOTE_ADDR", "wsgi.url_scheme")
    ws.send(json.dumps({key: environ.get(key) for key in keys}))


def tell_subprotocol(ws):
    ws.send(repr(ws.subprotocol))


def fail_at_open(ws):
    raise LookupError("failed at open, as the test wants it")


def fail(ws, msg, flags):
    if msg == "raise":
        raise LookupError("failed at a message, as the test wants it")
    return {"one": 1, "text": "a text", "zero": 0, "none": None}[msg]


def count(ws, msg, flags):
    """Answers in the order of the messages, whichever thread serves them."""
    ws.number = getattr(ws, "number", 0) + 1
    if ws.number % 50 == 0:
        time.sleep(0.01)  # others overtake, if they can
    thread = threading.current_thread()
    ws.send("%s is %d, not on the main thread: %s" % (
        msg, ws.number, thread is not threading.main_thread()))


def send_from_threads(ws, msg, flags):
    def send(letter):
        for i in range(int(msg)):
            ws.send(letter * 1000 + str(i))

    for letter in "abcd":
        threading.Thread(target=send, args=(letter,), daemon=True).start()


def flood(ws, msg, flags):
    """Sends for as long as the other side lets it; the most that waited is the reason told."""

    def send():
        most = 0
        while not ws.closed:
            ws.send(b"x" * 10_000)
            most = max(most, ws.pending_bytes)
        ws.send("discarded")
        ended[name(ws) + "-flood"] = most

    if msg == "thread":
        threading.Thread(target=send, daemon=True).start()
    else:
        send()


def end(ws, msg, flags):
    code, reason = msg.split(" ", 1)
    before = ws.closed
    ws.close(int(code), reason)
    ws.send("discarded")
    ws.close(1000)
    heard = ended.setdefault(name(ws) + "-heard", [])
    heard.append([reason, before, ws.closed])


def fragments(ws, msg, flags):
    ws.send("one ", yimmo.YMO_WS_OP_TEXT)
    ws.send(b"?", yimmo.YMO_WS_FLAG_FIN | yimmo.YMO_WS_OP_PING)
    ws.send("two", yimmo.YMO_WS_FLAG_FIN | yimmo.YMO_WS_OP_CONTINUATION)


serve = yimmo.init_websockets
serve(None, echo, on_close, path="/echo", max_message_size=16 * MIB)
serve(on_message=echo, on_close=on_close, path="/small", max_message_size=1000)
serve(on_message=echo, path="/uncompressed", compression=False)
serve(tell_environ, path="/environ/*")
serve(tell_subprotocol, path="/spoken", subprotocols=["b", "a"])
serve(tell_subprotocol, path="/selected", subprotocols=lambda offered, environ: offered[-1])
serve(tell_subprotocol, path=re.compile(r"/room/\d+"))
serve(tell_subprotocol, path=lambda environ: environ.get("HTTP_X_WISH") == "socket")
serve(fail_at_open, fail, on_close, path="/fail-at-open")
serve(on_message=fail, on_close=on_close, path="/fail")
serve(on_message=count, path="/count")
serve(on_message=send_from_threads, path="/threads")
serve(on_message=flood, on_close=on_close, path="/flood", max_pending_bytes=MIB)
serve(on_message=end, on_close=on_close, path="/end")
serve(on_message=fragments, path="/fragments")
serve(on_message=echo, on_close=on_close, path="/watched", ping_interval=0.2, idle_timeout=2)


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [json.dumps(ended.get(environ["QUERY_STRING"])).encode()]
