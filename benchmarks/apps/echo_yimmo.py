"""Echoes what comes over a WebSocket, by yimmo.init_websockets."""

import yimmo


def on_message(ws, msg, flags):
    ws.send(msg, flags)


yimmo.init_websockets(on_message=on_message, path="/echo")


def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "0")])
    return []
