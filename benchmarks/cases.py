"""What is measured: the cases, and how each kind of them is measured on a running server."""

import dataclasses
import json
import subprocess
import time
import zlib
from collections.abc import Callable

import client
from client import Request
from servers import HERE, Fault, Mode, PssPeak

PLAIN = "bench:application"
FLASK = "bench:flask_application()"

HELLO = b"Hello, world!\n"
KIB = client.PATTERN * 64
MIB = 1024 * KIB
LARGE_MIB = 200
FLASK_JSON = b'{"message":"Hello, world!","nested":{"a":null,"b":true},"numbers":[1,2,3]}\n'
PURE_PYTHON = b"%d\n" % sum(number & 7 for number in range(17_000))
LARGE = LARGE_MIB * MIB

# 14 fields with the Host that wrk and the client add
BROWSER = (
    ("User-Agent",
     "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/131.0.0.0 Safari/537.36"),
    ("Accept",
     "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"),
    ("Accept-Language", "en-GB,en;q=0.9,de;q=0.7"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Connection", "keep-alive"),
    ("Referer", "http://localhost/catalogue/shoes?page=3"),
    ("Cookie",
     "sessionid=4f9d1c7a2b8e4c6f9a0d3e5b7c1f2a4d; csrftoken=Zx8Qk2Lw9VtR4mN7bH1cJ5dS; "
     "theme=dark; _ga=GA1.1.1234567890.1700000000"),
    ("Upgrade-Insecure-Requests", "1"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Sec-Fetch-User", "?1"),
    ("Cache-Control", "max-age=0"),
)


# --- kinds of cases: each gives the figures of one round


def steady(server, case, seconds):
    """wrk sends the request of the case from all connections as fast as it is answered."""
    length = client.check(server, case.request, case.expected)
    if case.pipelined > 1:
        client.check_pipelined(server, case.pipelined)
    cpu_before = server.cpu_seconds()
    load = Wrk(server, case.request, case.connections, seconds, case.pipelined)
    time.sleep(seconds / 2)
    pss = server.pss_mb()
    counted = load.result()
    cpu = server.cpu_seconds() - cpu_before
    client.check(server, case.request, case.expected)
    check_octets(counted, length, case.connections * case.pipelined)
    return figures(counted) | {
        "cpu_us": 1e6 * cpu / max(1, counted["requests"]),
        "pss_mb": pss,
    }


def mix(server, case, seconds):
    """16 connections on a fast URL, beside 4 on one that takes 200 ms, and alone before and after,
    lest a server that is still warming up seems to gain by the slow requests."""
    slow = Request("/sleep200")
    client.check(server, slow, HELLO)
    client.check(server, case.request, case.expected)
    before = figures(Wrk(server, case.request, 16, seconds).result())
    cpu_before = server.cpu_seconds()
    slow_load = Wrk(server, slow, 4, seconds)
    beside_load = Wrk(server, case.request, 16, seconds)
    counted = beside_load.result()
    slow_counted = slow_load.result()
    cpu = server.cpu_seconds() - cpu_before
    client.check(server, case.request, case.expected)
    after = figures(Wrk(server, case.request, 16, seconds).result())
    beside = figures(counted)
    slow_figures = figures(slow_counted)
    rps_alone = (before["rps"] + after["rps"]) / 2
    return beside | {
        "errors": sum(part["errors"] for part in (before, beside, slow_figures, after)),
        "cpu_us": 1e6 * cpu / max(1, counted["requests"] + slow_counted["requests"]),
        "rps_alone": rps_alone,
        "p99_alone_ms": (before["p99_ms"] + after["p99_ms"]) / 2,
        "kept": beside["rps"] / max(1, rps_alone),
        "slow_rps": slow_figures["rps"],
    }


def slow_uploads(server, case, seconds):
    """Latency is from the last octet that was sent to the end of the response."""
    client.check(server, case.request, case.expected)
    cpu_before = server.cpu_seconds()
    started = time.monotonic()
    with PssPeak(server, 0.2) as peak:
        waits, failures = client.slow_uploads(server, case.request, case.expected, seconds)
    elapsed = time.monotonic() - started
    if not waits:
        raise Fault(f"none of {failures} slow uploads was answered in time")
    waits.sort()
    return {
        "rps": len(waits) / elapsed,
        "p50_ms": 1e3 * waits[len(waits) // 2],
        "p99_ms": 1e3 * waits[int(len(waits) * 0.99)],
        "errors": failures,
        "cpu_us": 1e6 * (server.cpu_seconds() - cpu_before) / len(waits),
        "pss_mb": peak.mb,
    }


def download(server, case, seconds):
    return large(
        server, lambda: client.download(server, case.request, LARGE_MIB << 20, pause=0.5))


def upload(server, case, seconds):
    return large(server, lambda: client.upload(server, case.request, case.expected))


def large(server, transfer):
    """Twice: the first transfer warms up, the second gives speed and CPU. Growth is over both, from
    the memory that the server had after its warm-up by hello."""
    before = server.pss_mb()
    with PssPeak(server, 0.05) as peak:
        transfer()
        cpu_before = server.cpu_seconds()
        seconds = transfer()
        cpu = server.cpu_seconds() - cpu_before
    return {
        "mib_s": LARGE_MIB / seconds,
        "cpu_us_mib": 1e6 * cpu / LARGE_MIB,
        "growth_mb": max(0.0, peak.mb - before),
        "pss_mb": peak.mb,
    }


def endurance(server, case, seconds):
    """Twice 50,000 requests, the second time nothing may grow; then 2,000 idle connections."""
    requests(server, case, 50_000)
    first = memory(server)
    requests(server, case, 50_000)
    second = memory(server)
    with client.idle_connections(server, 2_000, case.expected):
        third = memory(server)
    client.check(server, case.request, case.expected)
    result = {
        "pss_mb": third["pss_mb"],
        "pss_growth_mb": second["pss_mb"] - first["pss_mb"],
        "idle_pss_kb": (third["pss_mb"] - second["pss_mb"]) * 1000 / 2_000,
    }
    if "heap_kb" in first:
        result["heap_mb"] = second["heap_kb"] / 1024
        result["heap_growth_mb"] = (second["heap_kb"] - first["heap_kb"]) / 1024
        result["idle_heap_kb"] = (third["heap_kb"] - second["heap_kb"]) / 2_000
    return result


def requests(server, case, count):
    while count > 0:
        counted = Wrk(server, case.request, case.connections, 1).result()
        if not counted["requests"]:
            raise Fault("no request was answered within a second")
        count -= counted["requests"]


def memory(server):
    heap = server.heap_kb()  # collects first
    return {"pss_mb": server.pss_mb()} | ({"heap_kb": heap} if heap else {})


# --- wrk


class Wrk:
    """A run of wrk with one thread."""

    def __init__(self, server, request, connections, seconds, pipelined=1):
        command = [
            "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
        for name, value in request.fields:
            command += ["-H", f"{name}: {value}"]
        command += [
            "-s", HERE / "wrk" / "request.lua", f"http://127.0.0.1:{server.port}{request.path}",
            "--", request.method, str(request.octets), str(pipelined)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def result(self):
        """What request.lua tells. Waits for the end."""
        printed, _ = self.process.communicate()
        if self.process.returncode:
            raise Fault(f"wrk ended with {self.process.returncode}: {printed}")
        return json.loads(printed.splitlines()[-1])


def figures(counted):
    return {
        "rps": counted["requests"] / counted["seconds"],
        "p50_ms": counted["p50_ms"],
        "p99_ms": counted["p99_ms"],
        "errors": counted["socket_errors"] + counted["bad_status"],
    }


def check_octets(counted, length, on_the_way):
    """The octets that wrk read must be those of as many responses as it counted, and no other: each
    as long as the one that was checked, with some more on the way at the end. Servers may cut
    content into chunks as they like, hence a little tolerance."""
    if counted["socket_errors"] or counted["bad_status"]:
        return  # told as errors
    low = 0.98 * length * counted["requests"]
    high = 1.02 * length * (counted["requests"] + on_the_way)
    if not low <= counted["bytes"] <= high:
        raise Fault(
            f"{counted['requests']} responses of {length} octets under load were "
            f"{counted['bytes']} octets")


# --- the cases


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    what: str
    request: Request = Request()
    expected: bytes = HELLO
    app: str = PLAIN
    connections: int = 64
    pipelined: int = 1
    measure: Callable | None = steady  # None: the start itself
    modes: tuple = ()  # instead of those of the command line
    needs: tuple = ()  # what a server may be unable to do
    alone: bool = False  # in a server that did nothing but its warm-up


CASES = {
    case.name: case
    for case in (
        Case("close", "hello, Connection: close", Request(fields=(("Connection", "close"),))),
        Case("hello-1", "hello, 1 connection", connections=1),
        Case("hello-256", "hello, 256 connections", connections=256),
        # hello is what others are held against: not the first, lest a JIT is still at work
        Case("browser", "hello, a browser's 14 fields and cookies", Request(fields=BROWSER)),
        Case("hello", "hello, 64 connections"),
        Case("pipelined", "hello, 16 pipelined", pipelined=16, needs=("pipelining",)),
        Case("body-10k", "10 KiB body", Request("/10k"), 10 * KIB),
        Case("generator", "generator of 100 x 1 KiB", Request("/generator"), 100 * KIB),
        Case("post-1k", "POST 1 KiB, echo", Request("/echo", "POST", octets=1 << 10), KIB),
        Case("python", "1 ms of pure Python", Request("/python"), PURE_PYTHON),
        Case("flask", "Flask hello", app=FLASK),
        Case("flask-json", "Flask JSON", Request("/json"), FLASK_JSON, FLASK),
        Case("sleep-1", "10 ms sleep, 1 thread", Request("/sleep10"), modes=(Mode(1, 1),)),
        # last of those that share a server: it makes a heap grow
        Case("post-1m", "POST 1 MiB, echo", Request("/echo", "POST", octets=1 << 20), MIB),
        Case("sleep-8", "10 ms sleep, 8 threads", Request("/sleep10"), modes=(Mode(1, 8),)),
        Case("mix", "16 connections on hello beside 4 on 200 ms, 8 threads",
             measure=mix, modes=(Mode(1, 8),)),
        Case("slow-upload", "1 MiB upload by 32 clients that each take 2 s",
             Request("/upload", "POST", octets=1 << 20), b"%08x\n" % zlib.crc32(MIB),
             measure=slow_uploads),
        Case("download", "200 MiB download", Request("/download"),
             measure=download, alone=True),
        Case("upload", "200 MiB upload", Request("/upload", "POST", octets=LARGE_MIB << 20),
             b"%08x\n" % zlib.crc32(LARGE), measure=upload, alone=True),
        Case("memory", "memory under load: hello in a fresh server", alone=True),
        Case("startup", "start-up to the first response", measure=None),
        Case("endurance", "2 x 50,000 requests, 2,000 idle connections",
             measure=endurance, alone=True, modes=(Mode(1, 1),), needs=("idle-connections",)),
    )
}
