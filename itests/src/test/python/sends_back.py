"""Sends messages of WebSockets back; answers anything else as hello.py does."""

import hello
import yimmo


def on_message(ws, msg, flags):
    ws.send(msg, flags)


yimmo.init_websockets(on_message=on_message, path="/echo")
application = hello.application
