"""Echoes what comes over a WebSocket, by ASGI."""


async def application(scope, receive, send):
    if scope["type"] == "http":
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        event = await receive()
        while event["type"] == "websocket.receive":
            await send({"type": "websocket.send", "bytes": event["bytes"]})
            event = await receive()
