"""`python -m bench`: the stream measured side by side on real Kafka and PostgreSQL. Nothing is asserted
about speed; a wrong result fails.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer
from rich.console import Console

from bench import machine, proof, variants
from bench.frameworks import running
from bench.measuring import Run
from bench.report import report, show
from bench.stage import set_stage
from bench.workload import Workload

_FULL, _QUICK = (300_000, 3), (60_000, 1)


def main(
    quick: Annotated[bool, typer.Option(help="60,000 events, one round")] = False,
    events: Annotated[int | None, typer.Option(min=60_000, help="Worker events on the topic")] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="How often each variant runs")] = None,
    arrival: Annotated[
        Literal["shuffled", "by-employer"], typer.Option(help="In which order a month's events come")
    ] = "shuffled",
    only: Annotated[list[str] | None, typer.Option(help="This variant, not all (repeatable)")] = None,
    json: Annotated[Path | None, typer.Option(help="Write everything to this file")] = None,
) -> None:
    """Measure from topic to committed coverage and flags, beside other ways and the limit."""
    standard_events, standard_rounds = _QUICK if quick else _FULL
    chosen = _chosen(only)
    workload = Workload(events or standard_events, arrival)
    load, console = os.getloadavg()[0], Console()
    with (
        tempfile.TemporaryDirectory(prefix="patuh-bench-", ignore_cleanup_errors=True) as folder,
        set_stage(Path(folder), variants.databases(rounds or standard_rounds), workload, _say) as stage,
    ):
        contest = variants.Contest(stage, proof.coverage_of(workload))
        runs = list(_runs(contest, rounds or standard_rounds, chosen))
        found = report(machine.describe(stage.parts, load), workload, runs)
    show(found, console)
    if json:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


def _chosen(only: list[str] | None) -> list[str]:
    """The variants in their order, with all that they need at hand. Raises BadParameter."""
    if unknown := set(only or ()) - set(variants.NAMES):
        raise typer.BadParameter(f"no variant {sorted(unknown)}; there are {', '.join(variants.NAMES)}")
    chosen = [name for name in variants.NAMES if not only or name in only]
    if set(chosen) & set(running.VARIANTS):
        running.prepare()
    return chosen


def _runs(contest: variants.Contest, rounds: int, chosen: list[str]) -> Iterator[Run]:
    for number in range(1, rounds + 1):
        for run in contest.round(number, chosen):
            _say(f"round {number}: {run.variant} {run.rate:,.0f} events/s")
            yield run


def _say(text: str) -> None:
    typer.echo(text, err=True)


if __name__ == "__main__":
    typer.run(main)
