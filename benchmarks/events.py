#!/usr/bin/env python3
"""What clients notice when workers die, are replaced or stopped: requests lost, longest stall.

For each event every server is started anew with two worker processes, loaded by clients in a
process of their own, and sent the event. Half of the clients open a connection for each request,
half keep theirs. All pause for 2 ms between requests, so that the machine is not saturated, and
for 50 ms after a failure. A stall is the time from the begin of a client's request to its next
good answer. A request on a kept connection that ends before the first octet of a response is
sent once more on a new one (RFC 9112 §9.3.1) and counted as such.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
PAUSE = 0.002
PAUSE_AFTER_FAILURE = 0.05
CLIENTS = 8
PATIENCE = 60

SERVERS = {
    "yimmo-wsgi": (
        "distribution/target/yimmo-wsgi/bin/yimmo-wsgi -p 2 -b 127.0.0.1:{port} "
        "--python {python} --chdir {folder} --pythonpath {apps} {options} fragile"),
    # gthread, because sync workers keep no connections
    "gunicorn gthread": (
        "gunicorn -w 2 -k gthread --threads 1 -b 127.0.0.1:{port} "
        "--chdir {folder} --pythonpath {apps} {options} fragile"),
}


def main():
    arguments = parse_arguments()
    if arguments.load:
        return load(arguments.load)
    print_head()
    for title, event in EVENTS.items():
        if arguments.only and not any(word in title for word in arguments.only):
            continue
        for name, command in SERVERS.items():
            program = shlex.split(command)[0]
            if not shutil.which(program) and not (HERE.parent / program).exists():
                print(f"{name}: {program} is not installed, skipped", file=sys.stderr)
                continue
            print(f"{title}: {name}", file=sys.stderr)
            print_row(title, name, measure(command, event, arguments.python))


def print_head():
    print("| event | server | requests sent | failed | sent again | longest stall ms |")
    print("|---|---|---:|---:|---:|---:|")


def print_row(title, name, figures):
    print(
        f"| {title} | {name} | {figures['sent']} | {figures['failed']} "
        f"| {figures['again']} | {figures['stall_ms']:.0f} |", flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default="/usr/bin/python3")
    parser.add_argument("--only", nargs="*", help="words in the names of the events")
    parser.add_argument("--load", type=int, metavar="PORT", help=argparse.SUPPRESS)
    return parser.parse_args()


# --- the events


def kill_a_worker(server):
    victim = server.pids()[0]
    os.kill(victim, signal.SIGKILL)
    server.await_answering(2, without=[victim])


def crash_a_worker(server):
    with contextlib.suppress(OSError):
        server.get("/crash")
    server.await_that("a process more", lambda: len(server.known | set(server.answering())) > 2)


def reload_good(server):
    before = server.pids()
    server.release("VERSION = 'second'\n")
    server.signal("HUP")
    server.await_answering(2, without=before)


def reload_broken(server):
    server.release("import there_is_no_such_module\n")
    server.signal("HUP")
    # Each server says so: one goes on as before, the other one ends.
    server.await_log("reload has failed|Worker failed to boot|Shutting down: Master")


def resize(server):
    server.signal("TTIN")
    server.await_answering(3)
    server.signal("TTOU")
    server.await_that("two workers", lambda: len(server.pids()) == 2)


def recycle(server):
    before = set(server.pids())
    server.await_that("none of the first workers", lambda: not before & set(server.pids()))


EVENTS = {
    "kill -9 of a worker": (kill_a_worker, ""),
    "SIGSEGV in the application": (crash_a_worker, ""),
    "reload (HUP), good version": (reload_good, ""),
    "reload (HUP), broken version": (reload_broken, ""),
    "one worker more, one less (TTIN, TTOU)": (resize, ""),
    "recycling (--max-requests)": (recycle, "--max-requests 2000 --max-requests-jitter 500"),
    "stop (TERM), 8 slow requests in flight": ("TERM", ""),
    "kill -9 of the manager, 8 slow requests in flight": ("KILL", ""),
}


def measure(command, event, python):
    happen, options = event
    with tempfile.TemporaryDirectory() as folder, \
            Server(command, options, python, pathlib.Path(folder)) as server:
        if isinstance(happen, str):
            return end_while_busy(server, happen)
        return under_load(server, happen)


def under_load(server, happen):
    """The figures of clients that have begun two seconds before and end two seconds after."""
    clients = subprocess.Popen(
        [sys.executable, __file__, "--load", str(server.port)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    time.sleep(2)
    happen(server)
    time.sleep(2)
    return json.loads(clients.communicate("end\n")[0])


def end_while_busy(server, name):
    """Sends the signal to the manager, and waits until none of its processes is left."""
    results = []

    def ask():
        begun = time.monotonic()
        try:
            good = server.get("/slow") is not None
        except OSError:
            good = False
        results.append((good, time.monotonic() - begun))

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    time.sleep(0.25)
    server.signal(name)
    since = time.monotonic()
    for thread in threads:
        thread.join()
    server.process.wait(PATIENCE)
    server.await_that("no process is left", lambda: not server.group())
    print(f"no process left after {time.monotonic() - since:.1f} s", file=sys.stderr)
    with contextlib.suppress(ConnectionRefusedError):
        server.get("/")
        sys.exit("somebody still answers on the port")
    return {
        "sent": len(results),
        "failed": sum(not good for good, _ in results),
        "again": 0,
        "stall_ms": 1000 * max(seconds for _, seconds in results),
    }


# --- a server


class Server:
    def __init__(self, command, options, python, folder):
        self.folder = folder
        self.release("VERSION = 'first'\n")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        words = shlex.split(command.format(
            port=self.port, python=python, folder=folder, apps=HERE / "apps", options=options))
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                words, cwd=HERE.parent, start_new_session=True, stdout=log, stderr=log,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(folder)})
        self.known = set()
        try:
            self.known = set(self.await_answering(2))
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def release(self, code):
        (self.folder / "release.py").write_text(code)

    def signal(self, name):
        os.kill(self.process.pid, getattr(signal, "SIG" + name))

    def pids(self):
        """Of the worker processes."""
        return self.processes(1)

    def group(self):
        """The processes that live, also those whose parent has died."""
        return self.processes(2)

    def processes(self, field):
        """Those that name the server in this field of proc_pid_stat(5), counted from the state."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                    if int(fields[field]) == self.process.pid and fields[0] not in "ZX":
                        found.append(int(entry.name))
        return sorted(found)

    def get(self, target):
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            content, _ = exchange(connection, connection.makefile("rb"), target, "close")
            return content

    def answering(self):
        """The processes that answer now, as far as a few requests can tell."""
        found = set()
        for _ in range(20):
            with contextlib.suppress(OSError):
                found.add(int(self.get("/").split()[1]))
        return found

    def await_answering(self, number, without=()):
        seen = set()

        def enough():
            seen.update(self.answering())
            return len(seen & set(self.pids()) - set(without)) >= number and not (
                set(without) & set(self.pids()))

        self.await_that(f"{number} processes other than {list(without)} answer", enough)
        return seen

    def await_log(self, pattern):
        self.await_that(pattern, lambda: re.search(pattern, self.log.read_text()))

    def await_that(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                sys.exit(f"did not happen: {what}\n{self.log.read_text()}")
            time.sleep(0.05)


# --- the clients, in a process of their own


class Broken(OSError):
    """A response that is none, or not the one that was expected."""


class Nothing(OSError):
    """The connection ended before the first octet of a response."""


def exchange(connection, stream, target, persistence):
    """Sends a request and reads the response; its content, and whether the server closes."""
    try:
        connection.sendall(
            f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: {persistence}\r\n\r\n".encode())
        status = stream.readline()
    except (BrokenPipeError, ConnectionResetError) as e:
        raise Nothing from e
    if not status:
        raise Nothing
    fields = {}
    while (line := stream.readline().strip()):
        name, _, value = line.partition(b":")
        fields[name.lower()] = value.strip()
    content = stream.read(int(fields.get(b"content-length", -1)))
    if not status.startswith(b"HTTP/1.1 200 ") or not re.fullmatch(rb"\w+ \d+\n", content):
        raise Broken(status)
    return content, fields.get(b"connection", b"").lower() == b"close"


class Client(threading.Thread):
    def __init__(self, port, persistent, ended):
        super().__init__()
        self.port, self.persistent, self.ended = port, persistent, ended
        self.sent = self.failed = self.again = 0
        self.stall = 0.0
        self.connection = None

    def run(self):
        begun = time.monotonic()
        while not self.ended.is_set():
            self.sent += 1
            good = self.attempt()
            self.failed += not good
            self.stall = max(self.stall, time.monotonic() - begun)
            time.sleep(PAUSE if good else PAUSE_AFTER_FAILURE)
            if good:
                begun = time.monotonic()
        self.leave()

    def attempt(self):
        reused = self.connection is not None
        try:
            try:
                self.exchange()
            except Nothing:
                self.leave()
                if not reused:
                    raise
                self.again += 1
                self.exchange()
            return True
        except OSError:
            self.leave()
            return False

    def exchange(self):
        if self.connection is None:
            self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
            self.stream = self.connection.makefile("rb")
        persistence = "keep-alive" if self.persistent else "close"
        _, closes = exchange(self.connection, self.stream, "/", persistence)
        if closes or not self.persistent:
            self.leave()

    def leave(self):
        if self.connection is not None:
            self.stream.close()
            self.connection.close()
            self.connection = None


def load(port):
    """Until a line, or the end, comes on standard input; prints what came of it."""
    ended = threading.Event()
    clients = [Client(port, number % 2 == 1, ended) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    sys.stdin.readline()
    ended.set()
    for client in clients:
        client.join()
    print(json.dumps({
        "sent": sum(client.sent for client in clients),
        "failed": sum(client.failed for client in clients),
        "again": sum(client.again for client in clients),
        "stall_ms": 1000 * max(client.stall for client in clients),
    }))


if __name__ == "__main__":
    main()
