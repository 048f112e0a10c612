#!/usr/bin/env python3
"""Compares WSGI servers: throughput, latency, CPU, memory and start-up, in interleaved rounds.

Every server is started, checked and loaded with wrk in turn, round after round, so that a
machine whose speed drifts treats them alike. Figures are medians over the rounds, with the
ratio to the peer. CPU is user and system time of all processes of the server, read from /proc;
memory is their proportional set size (PSS) under load.
"""

import argparse
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TICK = os.sysconf("SC_CLK_TCK")

CASES = {
    "hello": ("bench:hello", b"Hello, world!\n"),
    "flask": ("bench:flask_hello()", b"Hello, world!\n"),
}


def main():
    arguments = parse_arguments()
    servers = read_servers(arguments)
    rounds = {name: [] for name in servers}
    for number in range(arguments.rounds):
        for name, command in servers.items():
            print(f"round {number + 1}: {name}", file=sys.stderr)
            rounds[name].append(measure(command, arguments))
    result = {name: medians(values) for name, values in rounds.items()}
    print(table(result, arguments.peer))
    if arguments.json:
        arguments.json.write_text(json.dumps({"rounds": rounds, "medians": result}, indent=2))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", choices=CASES, default="hello")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="length of one wrk run")
    parser.add_argument("--warmup", type=int, default=8, help="seconds of load before each run")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--procs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--python", default="/usr/bin/python3")
    parser.add_argument("--peer", default="gunicorn sync", help="what the ratios compare with")
    parser.add_argument("--servers", type=pathlib.Path, default=HERE / "servers.txt")
    parser.add_argument("--only", nargs="*", help="names of the servers to compare")
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures there")
    return parser.parse_args()


def read_servers(arguments):
    servers = {}
    for line in arguments.servers.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, command = (part.strip() for part in line.split("|", 1))
        if arguments.only and name not in arguments.only:
            continue
        program = shlex.split(command)[0]
        if shutil.which(program) or (HERE.parent / program).exists():
            servers[name] = command
        else:
            print(f"{name}: {program} is not installed, skipped", file=sys.stderr)
    return servers


def measure(command, arguments):
    app, expected = CASES[arguments.case]
    port = free_port()
    values = dict(
        python=arguments.python, port=port, dir=HERE / "apps", app=shlex.quote(app),
        procs=arguments.procs, threads=arguments.threads)
    started = time.monotonic()
    server = subprocess.Popen(
        shlex.split(command.format(**values)), cwd=HERE.parent, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        url = f"http://127.0.0.1:{port}/"
        await_answer(server, url, expected)
        startup = time.monotonic() - started
        load(url, arguments.connections, arguments.warmup)
        cpu_before = cpu_seconds(server.pid)
        figures = load(url, arguments.connections, arguments.seconds)
        cpu = cpu_seconds(server.pid) - cpu_before
        figures["cpu_us"] = 1e6 * cpu / max(1, figures.pop("requests"))
        figures["pss_mb"] = pss_bytes(server.pid) / 1e6
        figures["startup_s"] = startup
        return figures
    finally:
        stop(server)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_answer(server, url, expected):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if server.poll() is not None:
            sys.exit(f"server ended with {server.returncode}: {server.stderr.read().decode()}")
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                content = response.read()
            if content != expected:
                sys.exit(f"wrong answer: {content[:200]!r}")
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.005)
    sys.exit("the server did not answer within 30 s")


def load(url, connections, seconds):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", url]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    errors = re.search(r"Socket errors: (.*)", printed)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    failed = sum(int(count) for count in re.findall(r"\d+", errors[1])) if errors else 0
    return {
        "requests": int(re.search(r"(\d+) requests in", printed)[1]),
        "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1]),
        "p50_ms": milliseconds(re.search(r"50%\s+([\d.]+)(us|ms|s)", printed)),
        "p99_ms": milliseconds(re.search(r"99%\s+([\d.]+)(us|ms|s)", printed)),
        "errors": failed + (int(bad[1]) if bad else 0),
    }


def milliseconds(match):
    return float(match[1]) * {"us": 0.001, "ms": 1, "s": 1000}[match[2]]


def processes(session):
    """The pids of all processes of the session that the server leads."""
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session:
                yield entry, fields


def cpu_seconds(session):
    return sum(int(fields[11]) + int(fields[12]) for _, fields in processes(session)) / TICK


def pss_bytes(session):
    total = 0
    for entry, _ in processes(session):
        rollup = (entry / "smaps_rollup").read_text()
        total += int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.M)[1]) * 1024
    return total


def stop(server):
    server.send_signal(signal.SIGINT)
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def medians(values):
    return {key: statistics.median(value[key] for value in values) for key in values[0]}


def table(result, peer):
    base = result.get(peer)
    rows = [
        "| server | requests/s | p50 ms | p99 ms | errors | CPU µs/request | PSS MB | start-up s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, figures in result.items():
        def cell(key, form):
            text = form.format(figures[key])
            if base and name != peer and base[key]:
                text += f" ({figures[key] / base[key]:.2f}×)"
            return text

        rows.append(
            f"| {name} | {cell('rps', '{:.0f}')} | {cell('p50_ms', '{:.2f}')} "
            f"| {cell('p99_ms', '{:.2f}')} | {figures['errors']:.0f} "
            f"| {cell('cpu_us', '{:.1f}')} | {cell('pss_mb', '{:.0f}')} "
            f"| {cell('startup_s', '{:.2f}')} |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
