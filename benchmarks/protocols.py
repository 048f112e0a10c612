#!/usr/bin/env python3
"""HTTP/1 and HTTP/2, plain and under TLS, of one program in interleaved rounds, by h2load."""

import argparse
import contextlib
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

APPS = pathlib.Path(__file__).resolve().parent / "apps"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
LISTENING = re.compile(r"listening on \S+:(\d+)")
PROTOCOLS = {
    "http/1.1": ("plain", ["--h1"]),
    "http/2 with prior knowledge": ("plain", []),
    "https/1.1": ("tls", ["--h1"]),
    "https/2": ("tls", []),
}


class Server:
    """A running yimmo-wsgi on a free port."""

    def __init__(self, program, options, folder):
        self.log = folder / f"log-{len(options)}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [program, "--bind", "127.0.0.1:0", "--chdir", str(APPS), *options, "bench"],
                stderr=log, stdout=log)
        self.port = self.await_port()

    def await_port(self):
        with self.log.open() as log:
            lines = iter(lambda: log.readline() if self.process.poll() is None else None, None)
            for line in lines:
                if found := LISTENING.search(line):
                    return found[1]
        sys.exit(f"{self.process.args} ended:\n{self.log.read_text()}")

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S

    def close(self):
        self.process.terminate()
        self.process.wait()


KEYS = {"rsa": ["rsa:2048"], "ec": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]}


def certificate(folder, key="rsa"):
    """The options for a server with a certificate that it signed itself."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", *KEYS[key], "-nodes", "-subj", "/CN=localhost",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True)
    return ["--certfile", str(folder / "cert.pem"), "--keyfile", str(folder / "key.pem")]


def measure(server, scheme, options, load):
    """Requests per second, and CPU time of the server for each in microseconds."""
    before = server.cpu_s()
    said = subprocess.run(
        ["h2load", *load, *options, f"{scheme}://127.0.0.1:{server.port}/"],
        check=True, capture_output=True, text=True).stdout
    cpu_s = server.cpu_s() - before
    rate = float(re.search(r"finished in .*?, ([\d.]+) req/s", said)[1])
    done, failed = re.search(r"(\d+) succeeded, (\d+) failed", said).groups()
    if int(failed) or not int(done):
        sys.exit(f"requests failed:\n{said}")
    return rate, cpu_s / int(done) * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default="yimmo-wsgi")
    parser.add_argument("--rounds", type=int, default=5, help="after one to get warm")
    parser.add_argument("--seconds", type=int, default=4, help="of each protocol in each round")
    parser.add_argument("--clients", type=int, default=32, help="connections")
    parser.add_argument("--streams", type=int, default=1, help="requests of a connection at a time")
    parser.add_argument("--threads", default="1", help="worker threads")
    given = parser.parse_args()
    load = ["-t1", f"-c{given.clients}", f"-m{given.streams}", f"-D{given.seconds}"]
    print("h2load", *load, "[--h1] URL; load of the machine", os.getloadavg()[0])
    results = {name: [] for name in PROTOCOLS}
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running = {}
        for kind, options in (("plain", []), ("tls", certificate(folder))):
            running[kind] = Server(given.program, ["-t", given.threads, *options], folder)
            stack.callback(running[kind].close)
        for number in range(given.rounds + 1):
            for name, (kind, options) in PROTOCOLS.items():
                scheme = "https" if kind == "tls" else "http"
                result = measure(running[kind], scheme, options, load)
                if number:
                    results[name].append(result)
    print("| | requests/s, median | least | most | CPU, µs/request |\n|---|---|---|---|---|")
    for name, pairs in results.items():
        rates, cpu = zip(*pairs)
        print(f"| {name} | {statistics.median(rates):,.0f} | {min(rates):,.0f} | {max(rates):,.0f}"
              f" | {statistics.median(cpu):.1f} |")


if __name__ == "__main__":
    main()
