"""A small HTTP/1.1 client that counts octets, for what wrk cannot do: checking, and being slow."""

import asyncio
import contextlib
import dataclasses
import socket
import time

from servers import Fault

PATTERN = b"0123456789abcdef"  # wrk/request.lua sends the same
SLOW_CLIENTS = 32
SLOW_PIECES = 32
SLOW_UPLOAD_S = 2.0


@dataclasses.dataclass(frozen=True)
class Request:
    path: str = "/"
    method: str = "GET"
    fields: tuple = ()  # of (name, value)
    octets: int = 0  # of content

    def content(self):
        return PATTERN * (self.octets // len(PATTERN))

    def head(self, *more_fields):
        fields = [("Host", "localhost"), *self.fields, *more_fields]
        if self.octets:
            fields.append(("Content-Length", self.octets))
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


@dataclasses.dataclass(frozen=True)
class Response:
    status: int
    fields: dict  # names in lower case
    content: bytes
    octets: int  # with head and framing


class Connection:
    """Responses are read by RFC 9112 §6.3; what was read too much is kept for the next one."""

    def __init__(self, port, timeout=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.stream = self.socket.makefile("rb", 1 << 20)
        self.count = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def send(self, *requests):
        self.send_octets(b"".join(request.head() + request.content() for request in requests))

    def send_octets(self, octets):
        self.socket.sendall(octets)

    def response(self):
        self.count = 0
        status, fields = self.head()
        if fields.get("transfer-encoding") == "chunked":
            content = self.chunks()
        elif "content-length" in fields:
            content = self.exactly(int(fields["content-length"]))
        else:
            content = self.stream.read()
            self.count += len(content)
        return Response(status, fields, content, self.count)

    def head(self):
        status = int(self.line().split()[1])
        fields = {}
        while line := self.line():
            name, _, value = line.partition(b":")
            fields[name.decode("latin-1").lower()] = value.strip().decode("latin-1")
        return status, fields

    def chunks(self):
        content = bytearray()
        while size := int(self.line(), 16):
            content += self.exactly(size)
            self.line()
        self.line()
        return bytes(content)

    def line(self):
        line = self.stream.readline(65536)
        if not line.endswith(b"\r\n"):
            raise Fault(f"the connection ended within a response: {line!r}")
        self.count += len(line)
        return line[:-2]

    def exactly(self, size):
        content = self.stream.read(size)
        if len(content) < size:
            raise Fault(f"the connection ended after {len(content)} of {size} octets of content")
        self.count += size
        return content


def check(server, request, expected):
    """Returns the length of the response, with its head."""
    octets = request.head() + request.content()  # now: a server closes a connection that is idle
    with Connection(server.port) as connection:
        try:
            connection.send_octets(octets)
        except ConnectionError as error:  # perhaps it says why it does not want the rest
            with contextlib.suppress(ConnectionError):
                status = connection.response().status
                raise Fault(f"{request.path} was answered by {status} while it was sent") from error
            raise Fault(f"{request.path} was broken off while it was sent: {error}") from error
        response = connection.response()
    if response.status != 200 or response.content != expected:
        raise Fault(
            f"wrong answer to {request.method} {request.path}: {response.status}, "
            f"{len(response.content)} octets, {response.content[:60]!r}")
    return response.octets


def check_pipelined(server, count):
    """Sends so many different requests at once: each is answered, in their order."""
    numbers = [str(number).encode() for number in range(count)]
    with Connection(server.port) as connection:
        connection.send(*(Request(f"/query?{number.decode()}") for number in numbers))
        answers = [connection.response().content for _ in numbers]
    if answers != numbers:
        raise Fault(f"{count} pipelined requests were answered by {answers}")


def download(server, request, octets, pause):
    """Reads a large response as fast as it comes, but for a pause after the first MiB: what the
    server would buffer meanwhile shows in its memory. Returns the seconds without the pause."""
    with Connection(server.port) as connection:
        started = time.monotonic()
        connection.send(request)
        status, fields = connection.head()
        left = octets
        if status != 200 or fields.get("content-length") != str(octets):
            raise Fault(f"wrong answer to {request.path}: {status}, {fields}")
        block = memoryview(bytearray(1 << 20))
        expected = PATTERN * (len(block) // len(PATTERN))
        while left:
            size = connection.stream.readinto(block[:min(left, len(block))])
            if not size or size % len(PATTERN) or block[:size] != expected[:size]:
                raise Fault(f"{octets - left} octets of {octets} came, then something else")
            if left == octets:
                time.sleep(pause)
            left -= size
        return time.monotonic() - started - pause


def upload(server, request, expected):
    """Returns the seconds."""
    started = time.monotonic()
    check(server, request, expected)
    return time.monotonic() - started


def slow_uploads(server, request, expected, seconds):
    """Clients that each send a content in pieces, over two seconds, and begin again. Returns the
    times from the last piece to the end of the response, and how many uploads failed."""
    waits = []
    failures = []

    async def upload_once():
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        try:
            writer.write(request.head(("Connection", "close")))
            content = request.content()
            size = len(content) // SLOW_PIECES
            for start in range(0, len(content), size):
                await asyncio.sleep(SLOW_UPLOAD_S / SLOW_PIECES)
                writer.write(content[start:start + size])
                await writer.drain()
            sent = time.monotonic()
            answer = await reader.read(-1)
            waits.append(time.monotonic() - sent)
            if not answer.startswith(b"HTTP/1.1 200") or not answer.endswith(expected):
                raise Fault(f"wrong answer to a slow upload: {answer[:100]!r}")
        finally:
            writer.close()

    async def client(number, ends):
        await asyncio.sleep(SLOW_UPLOAD_S * number / SLOW_CLIENTS)
        while time.monotonic() < ends:
            try:
                async with asyncio.timeout(4 * SLOW_UPLOAD_S):
                    await upload_once()
            except (OSError, TimeoutError, Fault) as failure:
                failures.append(failure)

    async def all_clients():
        ends = time.monotonic() + max(seconds, SLOW_UPLOAD_S)
        await asyncio.gather(*(client(number, ends) for number in range(SLOW_CLIENTS)))

    asyncio.run(all_clients())
    return waits, len(failures)


@contextlib.contextmanager
def idle_connections(server, count, expected):
    """So many connections that each had one request answered and then say nothing."""
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            connection = stack.enter_context(
                contextlib.closing(socket.create_connection(("127.0.0.1", server.port), 30)))
            connection.sendall(Request().head())
            answer = b""
            while not answer.endswith(expected):
                received = connection.recv(65536)
                if not received:
                    raise Fault(f"an idle connection was closed after {answer!r}")
                answer += received
        yield
