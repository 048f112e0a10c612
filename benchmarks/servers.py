"""The servers that are compared: what servers.txt says, starting, watching and ending them."""

import contextlib
import dataclasses
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
TICK = os.sysconf("SC_CLK_TCK")
START_DEADLINE_S = 60
STOP_DEADLINE_S = 20


class Fault(Exception):
    """A server did not do what it should; the message says what."""


@dataclasses.dataclass(frozen=True)
class Mode:
    procs: int
    threads: int

    def __str__(self):
        return f"-p{self.procs} -t{self.threads}"

    @classmethod
    def parse(cls, text):
        """`1x4`: one process with four threads."""
        procs, threads = text.split("x")
        return cls(int(procs), int(threads))


@dataclasses.dataclass(frozen=True)
class Product:
    """A line of servers.txt."""
    name: str
    command: str
    cannot: frozenset

    def lacks(self, needs, mode):
        """What it cannot do of what a case needs."""
        wanted = set(needs) | ({"threads"} if mode.threads > 1 else set())
        return sorted(wanted & self.cannot)


def read_products(path, only):
    products = []
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, command, *cannot = (part.strip() for part in line.split("|"))
        if only and name not in only:
            continue
        program = shlex.split(command)[0]
        if shutil.which(program) or (HERE.parent / program).exists():
            products.append(Product(name, command, frozenset(" ".join(cannot).split())))
        else:
            print(f"{name}: {program} is not there, skipped", file=sys.stderr)
    return products


class Server:
    """A started server with all its processes: those of the session that the first one leads."""

    def __init__(self, product, app, mode, python):
        self.port = free_port()
        self.command = shlex.split(product.command.format(
            python=python, port=self.port, dir=HERE / "apps", app=shlex.quote(app),
            procs=mode.procs, threads=mode.threads))
        self.messages = tempfile.TemporaryFile()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, cwd=HERE.parent, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=self.messages)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind and issubclass(kind, Exception):
            print(self.said(), file=sys.stderr, flush=True)  # the reason, with luck
        self.stop()

    def await_answer(self):
        """Returns the seconds from the start of the process to the end of the first response."""
        deadline = self.started + START_DEADLINE_S
        request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Fault(f"ended with {self.process.returncode} at its start: {self.said()}")
            with contextlib.suppress(OSError):
                with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
                    connection.sendall(request)
                    if connection.recv(12).endswith(b" 200"):
                        while connection.recv(65536):
                            pass
                        return time.monotonic() - self.started
            time.sleep(0.002)
        raise Fault(f"no answer within {START_DEADLINE_S} s: {self.said()}")

    def said(self):
        self.messages.seek(0)
        return self.messages.read().decode(errors="replace")[-2000:]

    def cpu_seconds(self):
        """User and system time of all its processes."""
        return sum(int(fields[11]) + int(fields[12]) for _, fields in self.processes()) / TICK

    def pss_mb(self):
        """The proportional set size of all its processes."""
        total = 0
        for folder, _ in self.processes():
            with contextlib.suppress(OSError, TypeError):  # it has just ended
                rollup = (folder / "smaps_rollup").read_text()
                total += int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.M)[1]) * 1024
        return total / 1e6

    def heap_kb(self):
        """The live heap of its JVMs after a collection; None: there is none, or no jcmd."""
        total = 0
        for folder, _ in self.processes():
            java = os.readlink(folder / "exe")
            jcmd = pathlib.Path(java).with_name("jcmd")
            if java.endswith("/bin/java") and jcmd.exists():
                for command in ("GC.run", "GC.heap_info"):
                    told = subprocess.run(
                        [jcmd, folder.name, command], check=True, capture_output=True, text=True)
                total += sum(
                    int(used) for used in re.findall(
                        r"^ *(?:DefNew|Tenured|garbage-first|PSYoungGen|ParOldGen)"
                        r".*?\bused (\d+)K", told.stdout, re.M | re.I))
        return total or None

    def processes(self):
        """Their folders in /proc, with the fields of `stat` after the name."""
        for folder in pathlib.Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if int(fields[3]) == self.process.pid and fields[0] != "Z":
                    yield folder, fields

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.messages.close()


class PssPeak:
    """The highest proportional set size of a server while the block runs."""

    def __init__(self, server, interval):
        self.server = server
        self.interval = interval
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.mb = 0.0

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.mb = max(self.mb, self.server.pss_mb())

    def watch(self):
        while not self.ended.wait(self.interval):
            self.mb = max(self.mb, self.server.pss_mb())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
