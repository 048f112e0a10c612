#!/usr/bin/env python3
"""The providers of TLS beside each other in interleaved rounds, by h2load and wrk."""

import argparse
import contextlib
import os
import pathlib
import re
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from protocols import Server, certificate

CLOSE = ["-H", "Connection: close"]
LOADS = {
    "requests": lambda url, s: ["h2load", "-t1", "-c32", "-m1", "--h1", f"-D{s}", f"{url}/"],
    "requests of HTTP/2": lambda url, s: ["h2load", "-t1", "-c8", "-m16", f"-D{s}", f"{url}/"],
    "full handshakes": lambda url, s: ["wrk", "-t1", "-c32", f"-d{s}s", *CLOSE, f"{url}/"],
    "1 MiB": lambda url, s: ["h2load", "-t1", "-c8", "-m1", "--h1", f"-D{s}", f"{url}/mib"],
}
RATE = re.compile(r"finished in .*?, ([\d.]+) req/s|Requests/sec: +([\d.]+)")
DONE = re.compile(r"(\d+) succeeded|(\d+) requests in")
FAILED = re.compile(r"[1-9]\d* failed|Socket errors|Non-2xx")


def measure(server, load):
    """Requests per second, and CPU time of the server for each in microseconds."""
    before = server.cpu_s()
    said = subprocess.run(load, check=True, capture_output=True, text=True).stdout
    cpu_s = server.cpu_s() - before
    done = int("".join(filter(None, DONE.search(said).groups())))
    if FAILED.search(said) or not done:
        sys.exit(f"requests failed:\n{said}")
    return float("".join(filter(None, RATE.search(said).groups()))), cpu_s / done * 1e6


def pss_mb(server):
    rollup = pathlib.Path(f"/proc/{server.process.pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss: +(\d+)", rollup, re.M)[1]) / 1024


def start_up(program, options, folder):
    """Seconds to the first response, CPU seconds until then, PSS in MB."""
    began = time.monotonic()
    server = Server(program, options, folder)
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    scheme = "https" if "--certfile" in options else "http"
    with urllib.request.urlopen(f"{scheme}://127.0.0.1:{server.port}/", context=trusting) as answer:
        answer.read()
    result = time.monotonic() - began, server.cpu_s(), pss_mb(server)
    server.close()
    return result


def row(name, results):
    columns = [f"{statistics.median(column):,.1f} ({min(column):,.1f}–{max(column):,.1f})"
               for column in zip(*results)]
    print(f"| {name} | {' | '.join(columns)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default="yimmo-wsgi")
    parser.add_argument("--providers", nargs="+", default=["openssl", "jdk"])
    parser.add_argument("--key", default="rsa", choices=["rsa", "ec"])
    parser.add_argument("--rounds", type=int, default=5, help="after one to get warm")
    parser.add_argument("--seconds", type=int, default=4, help="of each load in each round")
    parser.add_argument("--starts", type=int, default=5)
    given = parser.parse_args()
    print("load of the machine", os.getloadavg()[0])
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        secure = certificate(folder, given.key)
        options = {name: [*secure, "--tls-provider", name] for name in given.providers}
        starts = {name: [] for name in [*options, "plain"]}
        for number in range(given.starts + 1):
            for name in starts:
                result = start_up(given.program, options.get(name, []), folder)
                if number:
                    starts[name].append(result)
        print("| start | s to the first response | CPU s | PSS, MB |\n|---|---|---|---|")
        for name, results in starts.items():
            row(name, results)
        servers = {}
        for name in options:
            server_folder = folder / name
            server_folder.mkdir()
            servers[name] = Server(given.program, options[name], server_folder)
            stack.callback(servers[name].close)
        results = {(load, name): [] for load in LOADS for name in options}
        for number in range(given.rounds + 1):
            for (load, name), measured in results.items():
                server = servers[name]
                url = f"https://127.0.0.1:{server.port}"
                result = measure(server, LOADS[load](url, given.seconds))
                if number:
                    measured.append(result)
        print("\n| load | requests/s | CPU, µs/request |\n|---|---|---|")
        for (load, name), measured in results.items():
            row(f"{load}, {name}", measured)
        for name, server in servers.items():
            print(f"PSS after that, {name}: {pss_mb(server):.0f} MB")


if __name__ == "__main__":
    main()
