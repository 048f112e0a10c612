#!/usr/bin/env python3
"""Compares WSGI servers: throughput, latency, CPU, memory and start-up, in interleaved rounds.

Every server is started, checked and loaded in turn, round after round, so that a machine whose
speed drifts treats them alike. Figures are medians over the rounds (in brackets the range), with
the ratio to the peer in the same rounds. docs/performance.md tells what they mean.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import platform
import shutil
import statistics
import sys
import tempfile
import time
import zipfile

import client
import reach
import report
from cases import CASES, Wrk, mix, steady
from servers import HERE, Fault, Mode, Product, Server, read_products

WARM_UP_LOAD = 2  # seconds


def main():
    arguments = parse_arguments()
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed; on Debian it is the package wrk")
    products = read_products(arguments.servers, arguments.only)
    if not products:
        sys.exit(f"none of the servers of {arguments.servers} is there to be measured")
    names = CASES if arguments.suite or "all" in arguments.case else arguments.case
    visits = plan([CASES[name] for name in names], modes(arguments))
    results = report.Results(
        [(case.name, str(visit.mode)) for visit in visits for case in visit.cases])
    with tempfile.TemporaryDirectory(prefix="yimmo-benchmark-") as folder:
        started_only = zip_example(pathlib.Path(folder)) if arguments.suite else []
        for number in range(1, arguments.rounds + 1):
            for visit in visits:
                for product in products + (started_only if visit.starts() else []):
                    tell(f"round {number}/{arguments.rounds}: {product.name}, {visit}")
                    visit.pay(product, number, arguments, results)
    print(report.markdown(results, CASES, arguments.peer))
    verdicts = reach.judged(results) if arguments.suite else []
    if verdicts:
        print("\n" + reach.markdown(verdicts))
    if arguments.json:
        written = {"machine": machine(), "settings": settings(arguments), "reach": verdicts}
        arguments.json.write_text(
            json.dumps(written | report.as_json(results, arguments.peer), indent=1) + "\n")
    if any(m.fault and m.server == reach.OURS for m in results.measurements):
        sys.exit(f"{reach.OURS} failed a case, see above")


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="cases:\n" + "\n".join(f"  {case.name:12} {case.what}" for case in CASES.values()))
    parser.add_argument(
        "--case", nargs="+", choices=[*CASES, "all"], default=["hello"], metavar="CASE",
        help="see below; or all")
    parser.add_argument(
        "--suite", action="store_true",
        help="all cases in the modes that they ask for, and what is to be reached")
    parser.add_argument(
        "--mode", nargs="+", type=Mode.parse, default=[Mode(1, 1)], metavar="PxT",
        help="processes and threads of cases that do not say: 1x1 2x1 1x4")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="length of one measured load")
    parser.add_argument(
        "--warmup", type=int, default=8, help="seconds of hello after each start of a server")
    parser.add_argument(
        "--settle", type=int, default=2, help="seconds of its own load before each measured load")
    parser.add_argument("--starts", type=int, default=5, help="of a server in a round, for startup")
    parser.add_argument("--python", default="/usr/bin/python3", help="for servers that can choose")
    parser.add_argument("--peer", default=reach.SYNC, help="what the ratios compare with")
    parser.add_argument("--servers", type=pathlib.Path, default=HERE / "servers.txt")
    parser.add_argument("--only", nargs="+", metavar="SERVER", help="of the servers' file")
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures there")
    return parser.parse_args()


def modes(arguments):
    """The modes of a case."""
    def of(case):
        if case.modes:
            return case.modes
        if arguments.suite:
            return reach.SUITE_MODES.get(case.name, (Mode(1, 1),))
        return arguments.mode
    return of


def plan(cases, modes_of):
    """The visits of a round. Cases of one mode and application share a server, and so its
    warm-up, unless they need one for themselves."""
    shared = {}
    visits = []
    for case in cases:
        for mode in modes_of(case):
            if case.alone or not case.measure:
                visits.append(Visit(mode, case.app, [case]))
            elif (mode, case.app) in shared:
                shared[mode, case.app].cases.append(case)
            else:
                shared[mode, case.app] = Visit(mode, case.app, [case])
                visits.append(shared[mode, case.app])
    return visits


@dataclasses.dataclass(frozen=True)
class Visit:
    """One start of each server, and what is measured on it."""
    mode: Mode
    app: str
    cases: list

    def __str__(self):
        return f"{self.mode}: {' '.join(case.name for case in self.cases)}"

    def starts(self):
        """Whether it is about the start itself, and so about several."""
        return not self.cases[0].measure

    def pay(self, product, number, arguments, results):
        pending = []
        for case in self.cases:
            lacks = product.lacks(case.needs, self.mode)
            if lacks:
                results.left_out[case.name, str(self.mode), product.name] = lacks
            else:
                pending.append(case)
        while pending:
            where = (number, product.name, str(self.mode))
            try:
                for case, figures in self.measured(product, list(pending), arguments):
                    results.add(report.Measurement(*where, case.name, figures))
                    pending.remove(case)
            except (Fault, OSError, ValueError) as fault:  # the others get a new server
                case = pending.pop(0)
                tell(f"  {case.name}: {fault}")
                results.add(report.Measurement(*where, case.name, fault=str(fault)))

    def measured(self, product, cases, arguments):
        """Yields each case with its figures."""
        if self.starts():
            for case in cases:
                yield case, startup(product, self.app, self.mode, arguments)
            return
        with Server(product, self.app, self.mode, arguments.python) as server:
            server.await_answer()
            for seconds in warm_up_loads(arguments.warmup):
                load(server, CASES["hello"], seconds)
            for case in cases:
                if not case.alone and case.measure in (steady, mix):
                    load(server, case, arguments.settle)
                yield case, case.measure(server, case, arguments.seconds)


def warm_up_loads(seconds):
    """Several, of WARM_UP_LOAD seconds or the rest: when connections come and go after a load that
    was always the same, a JVM compiles anew what it had compiled for that."""
    return [min(WARM_UP_LOAD, seconds - begun) for begun in range(0, max(seconds, 1), WARM_UP_LOAD)]


def load(server, case, seconds):
    """A load that does not count; checked before, lest a broken answer warms up anything."""
    client.check(server, case.request, case.expected)
    if seconds:
        Wrk(server, case.request, case.connections, seconds, case.pipelined).result()


def startup(product, app, mode, arguments):
    """The median of several starts. One before them brings the files into the page cache."""
    seconds = []
    for _ in range(arguments.starts + 1):
        with Server(product, app, mode, arguments.python) as server:
            seconds.append(server.await_answer())
    return {"startup_s": statistics.median(seconds[1:])}


def zip_example(folder):
    """The distribution as users unpack it, serving its own example; none without a zip."""
    zips = sorted((HERE.parent / "distribution" / "target").glob("yimmo-wsgi-*.zip"))
    if not zips:
        tell("no distribution/target/yimmo-wsgi-*.zip, so no start of the zip's example")
        return []
    with zipfile.ZipFile(zips[-1]) as archive:
        for entry in archive.infolist():  # modes and times too: the AOT cache checks times
            file = archive.extract(entry, folder)
            os.chmod(file, entry.external_attr >> 16 & 0o777 or 0o644)
            modified = time.mktime((*entry.date_time, 0, 0, -1))
            os.utime(file, (modified, modified))
    program = next(folder.glob("*/bin/yimmo-wsgi"))
    command = f"{program} --python {{python}} --bind 127.0.0.1:{{port}}"
    return [Product(reach.ZIP_EXAMPLE, command, frozenset())]


def machine():
    model = [
        line.partition(":")[2].strip()
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")]
    return {
        "processors": os.cpu_count(), "model": model[0] if model else platform.machine(),
        "kernel": platform.release(), "load average": os.getloadavg(),
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}


def settings(arguments):
    return {
        name: str(value) if isinstance(value, pathlib.Path) else value
        for name, value in vars(arguments).items() if name not in ("json", "mode")
    } | {"mode": [str(mode) for mode in arguments.mode]}


def tell(message):
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
