"""What yimmo-wsgi is to reach, and whether a run of the suite shows it."""

import dataclasses
import typing

from report import row, shown, spread
from servers import Mode

OURS = "yimmo-wsgi"
SYNC = "gunicorn sync"
UWSGI = "uwsgi --http"
BJOERN = "bjoern"  # measured when a line of the servers' file has this name
ZIP_EXAMPLE = "yimmo-wsgi, the zip's example"

# Beyond its own modes, and -p1 -t1 where it has none
SUITE_MODES = {
    "python": (Mode(1, 1), Mode(2, 1)),
    "memory": (Mode(1, 1), Mode(2, 1), Mode(3, 1)),
}


class Figure(typing.NamedTuple):
    case: str
    figure: str
    server: str = OURS
    mode: str = "-p1 -t1"

    def rounds(self, results):
        return results.rounds(self.server, self.mode, self.case, self.figure)


@dataclasses.dataclass(frozen=True)
class Row:
    """`value` itself, or its quotient with `per`, or its difference to `minus`: round by round."""
    what: str
    value: Figure
    at_most: float | None = None
    at_least: float | None = None
    per: Figure | None = None
    minus: Figure | None = None
    digits: int = 2

    def values(self, results):
        values = self.value.rounds(results)
        if self.per:
            base = self.per.rounds(results)
            return [values[r] / base[r] for r in values if base.get(r)]
        if self.minus:
            base = self.minus.rounds(results)
            return [values[r] - base[r] for r in values if r in base]
        return list(values.values())

    def reached(self, median):
        return median <= self.at_most if self.at_least is None else median >= self.at_least

    def threshold(self):
        return f"≤ {self.at_most:g}" if self.at_least is None else f"≥ {self.at_least:g}"


def cpu(case, server=OURS):
    return Figure(case, "cpu_us", server)


def rps(case, server=OURS, mode="-p1 -t1"):
    return Figure(case, "rps", server, mode)


def pss(mode):
    return Figure("memory", "pss_mb", mode=mode)


ROWS = (
    Row("hello: CPU, × gunicorn sync", cpu("hello"), per=cpu("hello", SYNC), at_most=0.125,
        digits=3),
    Row("hello: CPU, × uWSGI --http", cpu("hello"), per=cpu("hello", UWSGI), at_most=0.2, digits=3),
    Row("hello: CPU, × bjoern", cpu("hello"), per=cpu("hello", BJOERN), at_most=1.2),
    Row("hello: requests/s, × gunicorn sync", rps("hello"), per=rps("hello", SYNC), at_least=7),
    Row("hello: requests/s, × uWSGI --http", rps("hello"), per=rps("hello", UWSGI), at_least=4),
    Row("POST 1 KiB echo: CPU, × hello", cpu("post-1k"), per=cpu("hello"), at_most=1.35),
    Row("10 KiB body: CPU, × hello", cpu("body-10k"), per=cpu("hello"), at_most=1.35),
    Row("1 MiB echo: CPU, × bjoern", cpu("post-1m"), per=cpu("post-1m", BJOERN), at_most=1.2),
    Row("1 MiB echo: CPU, × gunicorn sync", cpu("post-1m"), per=cpu("post-1m", SYNC), at_most=0.4),
    Row("100 × 1 KiB generator: CPU, × gunicorn sync",
        cpu("generator"), per=cpu("generator", SYNC), at_most=0.4),
    Row("browser-like request: CPU, × hello", cpu("browser"), per=cpu("hello"), at_most=1.25),
    Row("Flask hello: CPU, × gunicorn sync", cpu("flask"), per=cpu("flask", SYNC), at_most=0.35),
    Row("Flask hello: CPU, × bjoern", cpu("flask"), per=cpu("flask", BJOERN), at_most=1),
    Row("mix: throughput of the fast URL, × without the slow requests",
        Figure("mix", "kept", mode="-p1 -t8"), at_least=0.9),
    Row("mix: p99 ms of the fast URL", Figure("mix", "p99_ms", mode="-p1 -t8"), at_most=5),
    Row("pipelined 16: requests/s, × unpipelined (the order is checked)",
        rps("pipelined"), per=rps("hello"), at_least=3),
    Row("10 ms sleep, -t 8: requests/s of 800", rps("sleep-8", mode="-p1 -t8"), at_least=760,
        digits=0),
    Row("10 ms sleep, -t 8: p99 / p50", Figure("sleep-8", "p99_ms", mode="-p1 -t8"),
        per=Figure("sleep-8", "p50_ms", mode="-p1 -t8"), at_most=2),
    Row("1 ms of Python: requests/s of -p 2, × -p 1",
        rps("python", mode="-p2 -t1"), per=rps("python"), at_least=1.8),
    Row("start-up to the first response, hello, s", Figure("startup", "startup_s"), at_most=0.4),
    Row("start-up, the bundled example from the zip, s",
        Figure("startup", "startup_s", ZIP_EXAMPLE), at_most=0.6),
    Row("one process: PSS MB under load", pss("-p1 -t1"), at_most=90, digits=1),
    Row("a further worker: PSS MB (-p 3 less -p 2)", pss("-p3 -t1"), minus=pss("-p2 -t1"),
        at_most=60, digits=1),
    Row("200 MiB download: growth MB", Figure("download", "growth_mb"), at_most=16, digits=1),
    Row("200 MiB upload: growth MB", Figure("upload", "growth_mb"), at_most=16, digits=1),
    # the noise of a collected heap, and of what the JIT compiles meanwhile
    Row("50,000 requests: heap growth MB", Figure("endurance", "heap_growth_mb"), at_most=0.5),
    Row("50,000 requests: PSS growth MB", Figure("endurance", "pss_growth_mb"), at_most=8,
        digits=1),
    Row("2,000 idle connections: heap KB each", Figure("endurance", "idle_heap_kb"), at_most=10),
)


def judged(results):
    """Each row with its median, range and verdict; no median: it was not measured."""
    verdicts = []
    for line in ROWS:
        values = line.values(results)
        verdict = {"what": line.what, "threshold": line.threshold()}
        if values:
            found = spread(values)
            verdict |= found | {
                "shown": shown(found, line.digits), "reached": line.reached(found["median"])}
        verdicts.append(verdict)
    return verdicts


def markdown(verdicts):
    lines = [row(["what", "value", "threshold", "reached"]), row(["---"] * 4)]
    for verdict in verdicts:
        measured = "median" in verdict
        reached = ("yes" if verdict["reached"] else "no") if measured else "not measured"
        lines.append(row([
            verdict["what"], verdict["shown"] if measured else "–", verdict["threshold"], reached]))
    return "\n".join(["### Reach", "", *lines])
