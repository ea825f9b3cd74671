"""`python -m bench`: the stream measured side by side on real Kafka and PostgreSQL. Nothing is asserted
about speed; a wrong result fails.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from bench import history, latency, machine, proof, variants, whole_way
from bench.frameworks import running
from bench.measuring import Run
from bench.report import Report, report, show
from bench.stage import Stage, set_stage
from bench.variants import FULL, QUICK, Sizes
from bench.workload import Workload
from patuh.nation import Arrival

_LATENCY, _HISTORY = "latency", "history"
_NAMES = (*variants.NAMES, whole_way.NAME, _LATENCY, _HISTORY)
_RATES, _FACTORS = (500, 1_000, 2_000), [1, 10, 50]


def main(
    quick: Annotated[bool, typer.Option(help="Everything once and small: 60,000 events")] = False,
    events: Annotated[int | None, typer.Option(min=20_000, help="Worker events on the topic")] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="How often each variant runs")] = None,
    arrival: Annotated[Arrival, typer.Option(help="In which order a month's events come")] = "shuffled",
    only: Annotated[list[str] | None, typer.Option(help="This, not all (repeatable)")] = None,
    json: Annotated[Path | None, typer.Option(help="Write everything to this file")] = None,
) -> None:
    """Measure from topic to committed coverage and flags, beside other ways and the limit; the whole way from
    the gateway to the alerts; the time from event to flag; and the cost of history.
    """
    sizes = QUICK if quick else FULL
    sizes = replace(sizes, events=events or sizes.events, rounds=rounds or sizes.rounds)
    found = measure(sizes, arrival, _chosen(only))
    show(found, Console())
    if json:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


def measure(sizes: Sizes, arrival: Arrival, chosen: list[str]) -> Report:
    """Everything chosen. Raises BenchFailedError, EmbeddedError."""
    found = _side_by_side(sizes, arrival, chosen)
    if _LATENCY in chosen:
        found.latency_ms = latency.measure_rates(_RATES, sizes.latency_seconds).latency_ms
    if _HISTORY in chosen:
        found.history_slowdown = history.measure_growth(
            _FACTORS, "employers,months", Workload(sizes.history), 1
        ).history_slowdown
    return found


def _side_by_side(sizes: Sizes, arrival: Arrival, chosen: list[str]) -> Report:
    workload, load = Workload(sizes.events, arrival), os.getloadavg()[0]
    databases = variants.databases(sizes.rounds) + whole_way.databases(sizes.rounds)
    loaded = bool(set(chosen) & set(variants.NAMES))
    with (
        tempfile.TemporaryDirectory(prefix="patuh-bench-", ignore_cleanup_errors=True) as folder,
        set_stage(Path(folder), databases, workload, _say, loaded) as stage,
    ):
        runs = list(_runs(stage, sizes, chosen))
        return report(machine.describe(stage.parts, load), workload, runs)


def _chosen(only: list[str] | None) -> list[str]:
    """What is measured, in its order, with all that it needs at hand. Raises BadParameter."""
    if unknown := set(only or ()) - set(_NAMES):
        raise typer.BadParameter(f"there is no {sorted(unknown)}; there are {', '.join(_NAMES)}")
    chosen = [name for name in _NAMES if not only or name in only]
    if set(chosen) & set(running.VARIANTS):
        running.prepare()
    return chosen


def _runs(stage: Stage, sizes: Sizes, chosen: list[str]) -> Iterator[Run]:
    if ours := [name for name in variants.NAMES if name in chosen]:
        contest = variants.Contest(stage, proof.coverage_of(stage.workload), sizes)
        for number in range(1, sizes.rounds + 1):
            yield from map(_said, contest.round(number, ours))
    if whole_way.NAME in chosen:
        workload = Workload(sizes.whole_way, stage.workload.arrival)
        for number in range(1, sizes.rounds + 1):
            yield _said(whole_way.whole_way(stage, workload, number))


def _said(run: Run) -> Run:
    _say(f"round {run.round}: {run.variant} {run.rate:,.0f} events/s")
    return run


def _say(text: str) -> None:
    typer.echo(text, err=True)


if __name__ == "__main__":
    typer.run(main)
