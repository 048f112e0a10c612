"""WebSockets of the applications of an interpreter: yimmo.init_websockets and yimmo.WebSocket.

Runs in each interpreter whose applications use it; `loading` is put in before. The connection
itself is a link, an object of Java: send(first_octet, octets), close(code, reason), closed() and
pending().
"""

import io
import re

YMO_WS_FLAG_FIN = FIN = 0x80  # a frame's first octet, RFC 6455 section 5.2
YMO_WS_OP_CONTINUATION = CONTINUATION = 0x0
YMO_WS_OP_TEXT = TEXT = 0x1
YMO_WS_OP_BINARY = BINARY = 0x2
YMO_WS_OP_CLOSE = CLOSE = 0x8
YMO_WS_OP_PING = PING = 0x9
YMO_WS_OP_PONG = PONG = 0xA

_WHOLE_TEXT = FIN | TEXT
_WHOLE_BINARY = FIN | BINARY
_LARGEST_CONTROL_PAYLOAD = 125
_LARGEST_SIZE = 2**31 - 1
_LONGEST_SECONDS = 10**9


class WebSocket:
    """One WebSocket of a client, as the callbacks of yimmo.init_websockets get it.

    Its methods may be called on any thread, and never wait. An application may keep it, and give
    it attributes of its own.
    """

    __module__ = "yimmo"

    #: The code and the reason of the end, once on_close is called (RFC 6455 section 7.4); 1005: the
    #: client gave no code, 1006: it has just gone.
    close_code = None
    close_reason = ""

    _fragmented = False

    def __init__(self, link, endpoint, environ, subprotocol):
        self._link = link
        self._endpoint = endpoint
        #: The environ of the handshake; it has no content.
        self.environ = environ
        #: What was chosen of the sub-protocols that the client offered, or None.
        self.subprotocol = subprotocol

    def __repr__(self):
        environ = self.environ
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        state = "closed" if self.closed else "open"
        return "<yimmo.WebSocket %r of %s, %s>" % (path, environ.get("REMOTE_ADDR"), state)

    @property
    def closed(self):
        """Whether nothing can be sent any more."""
        return self._link.closed()

    @property
    def pending_bytes(self):
        """What was sent and is not in the socket yet: it grows when the client does not read."""
        return self._link.pending()

    def send(self, msg, flags=None):
        """Sends a message: str as text, bytes as binary.

        flags are those of one frame, YMO_WS_FLAG_FIN and a YMO_WS_OP_...: without YMO_WS_FLAG_FIN
        further frames with YMO_WS_OP_CONTINUATION follow. What is sent to a closed WebSocket is
        discarded.
        """
        if isinstance(msg, str):
            octets, usual = msg.encode("utf-8"), _WHOLE_TEXT
        elif isinstance(msg, (bytes, bytearray, memoryview)):
            octets, usual = bytes(msg), _WHOLE_BINARY
        else:
            raise TypeError("a message is str or bytes, not " + type(msg).__name__)
        if flags is None:
            flags = usual
        if flags == usual and not self._fragmented:
            self._link.send(flags, octets)
        else:
            self._send_frame(flags, octets, usual)

    def _send_frame(self, flags, octets, usual):
        if flags == _WHOLE_TEXT and usual != flags:
            octets.decode("utf-8")  # UnicodeDecodeError: the client would close the connection
        opcode = flags & ~FIN
        if opcode == CLOSE:
            self._send_close(octets)
            return
        self._check(opcode, flags & FIN, octets)
        self._link.send(flags, octets)

    def _check(self, opcode, fin, octets):
        if opcode in (PING, PONG):
            if not fin or len(octets) > _LARGEST_CONTROL_PAYLOAD:
                raise ValueError("a ping or pong is one frame of at most 125 bytes")
            return
        if opcode not in (CONTINUATION, TEXT, BINARY):
            raise ValueError("there is no opcode 0x%x" % opcode)
        if self._fragmented != (opcode == CONTINUATION):
            raise ValueError(
                "a message of several frames is not finished: YMO_WS_OP_CONTINUATION goes on"
                if self._fragmented
                else "there is no message to go on with"
            )
        self._fragmented = not fin

    def _send_close(self, octets):
        if len(octets) < 2:
            self.close()
        else:
            self.close(int.from_bytes(octets[:2], "big"), octets[2:].decode("utf-8"))

    def close(self, code=1000, reason=""):
        """Begins the closing handshake: no message follows, but on_close. Later calls do nothing."""
        if not (code in (1000, 1001, 1002, 1003) or 1007 <= code <= 1014 or 3000 <= code <= 4999):
            raise ValueError("%r is no code that an endpoint may send (RFC 6455, 7.4)" % (code,))
        if len(reason.encode("utf-8")) > _LARGEST_CONTROL_PAYLOAD - 2:
            raise ValueError("the reason of a close is at most 123 bytes long")
        self._link.close(code, reason)


def init_websockets(
    on_open=None,
    on_message=None,
    on_close=None,
    *,
    path=None,
    subprotocols=(),
    compression=True,
    max_message_size=1 << 20,
    max_pending_bytes=1 << 20,
    ping_interval=30,
    idle_timeout=90
):
    """Serves WebSockets with callbacks: on_open(ws), on_message(ws, msg, flags), on_close(ws).

    What a callback raises is logged and closes the connection (1011), and so does a result other
    than None and 0. A second call with the same path replaces the first one; with another path it
    adds to it, and the first that fits is taken.
    """
    for name, callback in (
        ("on_open", on_open),
        ("on_message", on_message),
        ("on_close", on_close),
    ):
        if callback is not None and not callable(callback):
            raise TypeError("%s is not callable: it is %r" % (name, callback))
    endpoint = _Endpoint()
    endpoint.on_open = on_open
    endpoint.on_message = on_message
    endpoint.on_close = on_close
    endpoint.path = path
    endpoint.fits = _filter(path)
    if callable(subprotocols):
        endpoint.select = subprotocols
    else:
        known = [subprotocols] if isinstance(subprotocols, str) else list(subprotocols)
        endpoint.select = lambda offered, _: next((p for p in known if p in offered), None)
    endpoint.settings = (
        _within("max_message_size", max_message_size, 1, _LARGEST_SIZE),
        _within("max_pending_bytes", max_pending_bytes, 1, _LARGEST_SIZE),
        int(1000 * _within("ping_interval", ping_interval or 0, 0, _LONGEST_SECONDS)),
        int(1000 * _within("idle_timeout", idle_timeout or 0, 0, _LONGEST_SECONDS)),
        int(bool(compression)),
    )
    _add(loading(), endpoint)


def _within(name, value, least, most):
    if not least <= value <= most:
        raise ValueError("%s is %r, not from %d to %d" % (name, value, least, most))
    return value


def _filter(path):
    """A function from an environ to whether the path, within the mount of the application, fits."""
    if path is None:
        return lambda environ: True
    if callable(path):
        return path
    if isinstance(path, str):
        if path.endswith("*"):
            return lambda environ: _path(environ).startswith(path[:-1])
        return lambda environ: _path(environ) == path
    if isinstance(path, re.Pattern):
        return lambda environ: path.fullmatch(_path(environ)) is not None
    raise TypeError("path is a str, a compiled regular expression or a callable, not %r" % (path,))


def _path(environ):
    return environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")


class _Endpoint:
    """One call of init_websockets."""

    __slots__ = ("on_open", "on_message", "on_close", "path", "fits", "select", "settings")


def _add(endpoints, endpoint):
    for i, present in enumerate(endpoints):
        if present.path == endpoint.path:
            endpoints[i] = endpoint
            return
    endpoints.append(endpoint)


def find(endpoints, environ):
    """Who takes the WebSocket that a request asks for: None, or the number of the _Endpoint, what
    was chosen of the sub-protocols that the client offers, and the settings."""
    environ["wsgi.input"] = io.BytesIO()
    for number, endpoint in enumerate(endpoints):
        if endpoint.fits(environ):
            return (number, _subprotocol(endpoint, environ)) + endpoint.settings
    return None


def _subprotocol(endpoint, environ):
    offers = environ.get("HTTP_SEC_WEBSOCKET_PROTOCOL", "")
    offered = [offer.strip() for offer in offers.split(",") if offer.strip()]
    chosen = endpoint.select(offered, environ) or ""
    if chosen and chosen not in offered:
        raise ValueError("the sub-protocol %r is not among those offered: %r" % (chosen, offered))
    return chosen


def make(link, endpoints, number, environ, subprotocol):
    environ["wsgi.input"] = io.BytesIO()
    return WebSocket(link, endpoints[number], environ, subprotocol or None)


def opened(ws):
    callback = ws._endpoint.on_open
    if callback is not None:
        _check("on_open", callback(ws))


def received(ws, msg):
    callback = ws._endpoint.on_message
    if callback is not None:
        flags = _WHOLE_TEXT if type(msg) is str else _WHOLE_BINARY
        result = callback(ws, msg, flags)
        if result is not None:
            _check("on_message", result)


def closed(ws, code, reason):
    ws.close_code = code
    ws.close_reason = reason
    callback = ws._endpoint.on_close
    if callback is not None:
        _check("on_close", callback(ws))


def _check(name, result):
    if result is not None and result != 0:
        raise RuntimeError("%s returned %r, which closes the WebSocket" % (name, result))
