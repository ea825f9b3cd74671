"""The results as a table and as JSON. Ratios are taken within a round, which noise hits as one."""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bench.latency import Latency
from bench.machine import Machine
from bench.measuring import Run
from bench.workload import Workload

RATIOS = {
    "registry_to_limit": ("registry", "limit"),
    "registry_to_naive": ("registry", "naive"),
    "registry_to_quix": ("registry", "quix-durable"),
    "registry_to_faust": ("registry", "faust-durable"),
    "registry_to_kafka_streams": ("registry", "kafka-streams-durable"),
    # Kafka Streams has a thread for each core; the same cores for the registry are two processes.
    "registry_x2_to_kafka_streams": ("registry x2", "kafka-streams-durable"),
    "registry_x2_to_limit": ("registry x2", "limit"),
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


class Spread(Struct):
    """The least and the most of the rounds."""

    least: float
    most: float


class Report(Struct, kw_only=True):
    """Everything a run has to say. By variant: the median of events a second, the memory (MiB) of all its
    processes at their peaks, and the `events` it was given, fewer where it is slow. A ratio is the median of
    its rounds; one whose variants did not run is left out. `latency_ms`: from event to flag, by events a
    second. `history_slowdown`: how many times slower, by what grows and by factor.
    """

    machine: Machine
    workload: dict[str, int | str]
    events_per_s: dict[str, float]
    peak_rss_mb: dict[str, float]
    events: dict[str, int]
    variants: list[Summary]
    ratios: dict[str, float]
    ratio_spread: dict[str, Spread]
    latency_ms: dict[str, Latency] = {}
    history_slowdown: dict[str, dict[str, float]] = {}
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
    ratios = {name: _ratios(runs, *pair) for name, pair in RATIOS.items() if set(pair) <= set(names)}
    return Report(
        machine=machine,
        workload=described,
        events_per_s={one.variant: one.rate for one in summaries},
        peak_rss_mb={one.variant: sum(one.peak_rss_mb.values()) for one in summaries},
        events={name: max(run.events for run in runs if run.variant == name) for name in names},
        variants=summaries,
        ratios={name: median(found) for name, found in ratios.items()},
        ratio_spread={name: Spread(min(found), max(found)) for name, found in ratios.items()},
        runs=list(runs),
    )


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


def _ratios(runs: Sequence[Run], above: str, below: str) -> list[float]:
    rates = {(run.variant, run.round): run.rate for run in runs}
    rounds = {run.round for run in runs}
    return [rates[above, number] / rates[below, number] for number in rounds]


def show(found: Report, console: Console) -> None:
    """Print the tables and the machine."""
    if found.variants:
        show_variants(found.variants, found.machine, console)
    _show_ratios(found, console)
    for rate, one in found.latency_ms.items():
        told = f"p50 {one.p50:.0f}, p99 {one.p99:.0f}, p99.9 {one.p999:.0f}"
        console.print(f"event to flag at {rate} events/s: {told} ms", highlight=False)
    for grows, slower in found.history_slowdown.items():
        told = ", ".join(f"x{factor} {ratio:.2f}" for factor, ratio in slower.items())
        console.print(f"times slower as {grows} grow: {told}", highlight=False)


def _show_ratios(found: Report, console: Console) -> None:
    table = Table("ratio", "median", "least", "most")
    for name, ratio in found.ratios.items():
        spread = found.ratio_spread[name]
        table.add_row(name, *(f"{value:.2f}" for value in (ratio, spread.least, spread.most)))
    if found.ratios:
        console.print(table)


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
