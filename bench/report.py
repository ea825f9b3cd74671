"""The results as a table and as JSON. Ratios are taken within a round, which noise hits as one."""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bench.machine import Machine
from bench.measuring import Run
from bench.workload import Workload

RATIOS = {
    "registry_to_limit": ("registry", "limit"),
    "registry_to_naive": ("registry", "naive"),
    "registry_to_quix": ("registry", "quix-durable"),
    "registry_to_faust": ("registry", "faust-durable"),
    "registry_to_kafka_streams": ("registry", "kafka-streams-durable"),
    "flags_to_limit": ("registry+employer", "limit"),
}
_MILLION = 1_000_000


class Summary(Struct):
    """A variant over all rounds: events a second (median, least, most), CPU seconds a million events and
    peak memory in MiB by process, and the greatest share of CPU time that others took meanwhile.
    """

    variant: str
    rate: float
    lowest_rate: float
    highest_rate: float
    cpu_seconds_per_million: dict[str, float]
    peak_rss_mb: dict[str, float]
    others_share: float | None


class Report(Struct):
    """Everything a run has to say: by variant the median of events a second, and the memory (MiB) of all its
    processes at their peaks. A ratio is the median of its rounds; one whose variants did not run is left out.
    """

    machine: Machine
    workload: dict[str, int | str]
    events_per_s: dict[str, float]
    peak_rss_mb: dict[str, float]
    variants: list[Summary]
    ratios: dict[str, float]
    runs: list[Run]


def report(machine: Machine, workload: Workload, runs: Sequence[Run]) -> Report:
    """Put the runs of all rounds together."""
    names = list(dict.fromkeys(run.variant for run in runs))
    described: dict[str, int | str] = {
        "events": workload.events,
        "arrival": workload.arrival,
        "seed": workload.seed,
        "employers": workload.employers,
        "workers": workload.workers,
    }
    summaries = [summary(name, [run for run in runs if run.variant == name]) for name in names]
    rates = {one.variant: one.rate for one in summaries}
    peaks = {one.variant: sum(one.peak_rss_mb.values()) for one in summaries}
    ratios = {name: _ratio(runs, *pair) for name, pair in RATIOS.items() if set(pair) <= set(names)}
    return Report(machine, described, rates, peaks, summaries, ratios, list(runs))


def summary(name: str, runs: list[Run]) -> Summary:
    """A variant over its rounds."""
    rates = [run.rate for run in runs]
    cpu = {
        process: median(run.cpu_seconds[process] / run.events * _MILLION for run in runs)
        for process in runs[0].cpu_seconds
    }
    peaks = {process: max(run.peak_rss_mb[process] for run in runs) for process in runs[0].peak_rss_mb}
    others = max((run.others_share for run in runs if run.others_share is not None), default=None)
    return Summary(name, median(rates), min(rates), max(rates), cpu, peaks, others)


def _ratio(runs: Sequence[Run], above: str, below: str) -> float:
    rates = {(run.variant, run.round): run.rate for run in runs}
    rounds = {run.round for run in runs}
    return median(rates[above, number] / rates[below, number] for number in rounds)


def show(found: Report, console: Console) -> None:
    """Print the table, the machine and the ratios."""
    show_variants(found.variants, found.machine, console)
    console.print(", ".join(f"{name} {value:.2f}" for name, value in found.ratios.items()))


def show_variants(variants: Sequence[Summary], machine: Machine, console: Console) -> None:
    """Print the variants as a table, and the machine."""
    table = Table("variant", "events/s", "range", "CPU s a million events", "peak MiB", "others")
    for one in variants:
        spread = f"{one.lowest_rate:,.0f} to {one.highest_rate:,.0f}"
        others = "" if one.others_share is None else f"{one.others_share:.0%}"
        row = (_by_process(one.cpu_seconds_per_million), _by_process(one.peak_rss_mb))
        table.add_row(one.variant, f"{one.rate:,.0f}", spread, *row, others)
    console.print(table)
    said = (f"{name} {getattr(machine, name)}" for name in machine.__struct_fields__)
    console.print("; ".join(said), highlight=False)


def _by_process(values: dict[str, float]) -> str:
    return "\n".join(f"{name} {value:,.1f}" for name, value in values.items())
