"""What came out: measurements, their medians, ranges and ratios, as Markdown and JSON."""

import dataclasses
import statistics

COLUMNS = {
    "rps": ("requests/s", 0),
    "p50_ms": ("p50 ms", 2),
    "p99_ms": ("p99 ms", 2),
    "rps_alone": ("requests/s alone", 0),
    "p99_alone_ms": ("p99 ms alone", 2),
    "kept": ("throughput kept", 2),
    "slow_rps": ("slow requests/s", 1),
    "mib_s": ("MiB/s", 0),
    "cpu_us_mib": ("CPU µs/MiB", 0),
    "errors": ("errors", 0),
    "cpu_us": ("CPU µs/request", 1),
    "growth_mb": ("growth MB", 1),
    "heap_mb": ("heap MB", 1),
    "heap_growth_mb": ("heap growth MB", 2),
    "pss_growth_mb": ("PSS growth MB", 1),
    "idle_heap_kb": ("heap KB/idle connection", 2),
    "idle_pss_kb": ("PSS KB/idle connection", 1),
    "pss_mb": ("PSS MB", 0),
    "startup_s": ("start-up s", 3),
}
WITHOUT_RATIO = {"errors", "kept", "heap_growth_mb", "pss_growth_mb"}


@dataclasses.dataclass(frozen=True)
class Measurement:
    round: int
    server: str
    mode: str
    case: str
    figures: dict = dataclasses.field(default_factory=dict)
    fault: str = ""  # why there are no figures


class Results:
    def __init__(self, planned):
        self.planned = planned  # (case, mode) in the order of a round
        self.measurements = []
        self.left_out = {}  # (case, mode, server): what the server lacks

    def add(self, measurement):
        self.measurements.append(measurement)

    def rounds(self, server, mode, case, figure):
        """The value of each round that has one."""
        return {
            m.round: m.figures[figure]
            for m in self.measurements
            if (m.server, m.mode, m.case) == (server, mode, case) and figure in m.figures
        }

    def faults(self, server, mode, case):
        return sorted({
            m.fault for m in self.measurements
            if (m.server, m.mode, m.case) == (server, mode, case) and m.fault})

    def servers(self, mode, case):
        """Those that were measured, in the order of the first round."""
        return list(dict.fromkeys(
            m.server for m in self.measurements if (m.mode, m.case) == (mode, case)))

    def summary(self, server, mode, case, figure, peer):
        values = self.rounds(server, mode, case, figure)
        if not values:
            return None
        others = self.rounds(peer, mode, case, figure)
        ratios = [values[r] / others[r] for r in values if others.get(r)]
        wanted = peer != server and figure not in WITHOUT_RATIO and ratios
        return spread(values.values()) | (
            {"ratio": statistics.median(ratios)} if wanted else {})


def spread(values):
    values = list(values)
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def shown(summary, digits):
    """`median (least–most)`, without the range when there is none to see."""
    text, least, most = (f"{summary[key]:.{digits}f}" for key in ("median", "least", "most"))
    if least != most:
        text += f" ({least}–{most})"
    if "ratio" in summary:
        text += f" {summary['ratio']:.2f}×"
    return text


def markdown(results, cases, peer):
    return "\n\n".join(
        case_table(results, cases[case], mode, peer) for case, mode in results.planned)


def case_table(results, case, mode, peer):
    servers = results.servers(mode, case.name)
    columns = [
        figure for figure in COLUMNS
        if any(results.rounds(server, mode, case.name, figure) for server in servers)]
    lines = [f"### {case.name} ({mode}): {case.what}", ""]
    if columns:
        titles = ["server", *(COLUMNS[figure][0] for figure in columns)]
        lines += [row(titles), row(["---"] * len(titles))]
    notes = []
    for server in servers:
        summaries = [results.summary(server, mode, case.name, figure, peer) for figure in columns]
        if any(summaries):
            lines.append(row([server, *(
                shown(summary, COLUMNS[figure][1]) if summary else "–"
                for figure, summary in zip(columns, summaries))]))
        notes += [f"{server}: {fault}" for fault in results.faults(server, mode, case.name)]
    notes += [
        f"{server}: left out, it cannot do {', '.join(lacks)}"
        for (name, its_mode, server), lacks in results.left_out.items()
        if (name, its_mode) == (case.name, mode)]
    return "\n".join(lines + [""] * bool(notes) + [f"- {note}" for note in notes]).rstrip()


def row(cells):
    return "| " + " | ".join(cells) + " |"


def as_json(results, peer):
    return {
        "rounds": [dataclasses.asdict(m) for m in results.measurements],
        "summaries": [
            {
                "case": case, "mode": mode, "server": server, "peer": peer,
                "figures": {
                    figure: summary for figure in COLUMNS
                    if (summary := results.summary(server, mode, case, figure, peer))},
            }
            for case, mode in results.planned for server in results.servers(mode, case)
        ],
        "left_out": [
            {"case": case, "mode": mode, "server": server, "lacks": lacks}
            for (case, mode, server), lacks in results.left_out.items()
        ],
    }
