#!/usr/bin/env python3
"""WebSocket echo: messages per second, and the CPU that a server spends on one.

Every server is started and loaded in turn, round after round, with a client in Java
(EchoClient.java) that has a number of messages on their way on each connection. Figures are medians
over the rounds, in brackets the range. The CPU of the client tells whether it was the limit: it has
one thread.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys

from servers import HERE, Fault, Mode, Server, read_products

SIZES = (128, 4096)
LOADS = ((1, 1), (100, 1), (1, 100))  # connections, messages on their way on each


def main():
    arguments = parse_arguments()
    products = read_products(arguments.servers, arguments.only)
    figures = {}
    for number in range(1, arguments.rounds + 1):
        for product in products:
            print(f"round {number}/{arguments.rounds}: {product.name}", file=sys.stderr)
            with Server(product, "", Mode(1, 1), arguments.python) as server:
                server.await_answer()
                measure(server, (SIZES[0], *LOADS[1]), arguments.start_warmup, 0.1)
                for load in [(size, *load) for size in SIZES for load in LOADS]:
                    figures.setdefault((load, product.name), []).append(
                        measure(server, load, arguments.warmup, arguments.seconds))
    print_table(figures)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="length of one measured load")
    parser.add_argument("--warmup", type=float, default=2, help="seconds of it before")
    parser.add_argument(
        "--start-warmup", type=float, default=8, help="seconds of load after each start")
    parser.add_argument("--python", default="/usr/bin/python3", help="for yimmo-wsgi")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="some of the servers")
    parser.add_argument(
        "--servers", type=pathlib.Path, default=HERE / "echo-servers.txt", help="other servers")
    return parser.parse_args()


def measure(server, load, warmup, seconds):
    """Returns messages per second, CPU µs of the server per message, and CPUs the client used."""
    size, connections, on_their_way = load
    home = os.environ.get("JAVA_HOME")
    command = [
        f"{home}/bin/java" if home else "java", "-XX:+UseSerialGC", HERE / "EchoClient.java", server.port, "/echo", connections, size,
        on_their_way, warmup, seconds]
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as client:
        client.stdout.readline()
        cpu = server.cpu_seconds()
        end = client.stdout.readline().split()
        cpu = server.cpu_seconds() - cpu
    if not end:
        raise Fault(f"the client failed with {size} octets, {connections} connections")
    messages, seconds, client_cpu = int(end[1]), float(end[2]), float(end[3])
    return messages / seconds, 1e6 * cpu / messages, client_cpu / seconds


def print_table(figures):
    print("| message | connections | on their way | server | messages/s | server CPU, µs/message "
          "| client CPU |")
    print("|---|---|---|---|---|---|---|")
    for (load, name), rounds in sorted(figures.items(), key=lambda item: item[0][0]):
        size, connections, on_their_way = load
        rate, cpu, client_cpu = (sorted(column) for column in zip(*rounds))
        print(f"| {size} B | {connections} | {on_their_way} each | {name} "
              f"| {statistics.median(rate):,.0f} ({rate[0]:,.0f}–{rate[-1]:,.0f}) "
              f"| {statistics.median(cpu):.1f} ({cpu[0]:.1f}–{cpu[-1]:.1f}) "
              f"| {100 * statistics.median(client_cpu):.0f} % |")


if __name__ == "__main__":
    main()
