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
    json: Annotated[Path | None, typer.Option(help="Write everything to this file")] = None,
) -> None:
    """Measure from topic to committed coverage and flags, beside the naive way and the limit."""
    standard_events, standard_rounds = _QUICK if quick else _FULL
    workload = Workload(events or standard_events, arrival)
    load, console = os.getloadavg()[0], Console()
    with (
        tempfile.TemporaryDirectory(prefix="patuh-bench-", ignore_cleanup_errors=True) as folder,
        set_stage(Path(folder), variants.databases(rounds or standard_rounds), workload, _say) as stage,
    ):
        contest = variants.Contest(stage, proof.coverage_of(workload))
        runs = list(_runs(contest, rounds or standard_rounds))
        found = report(machine.describe(stage.parts, load), workload, runs)
    show(found, console)
    if json:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


def _runs(contest: variants.Contest, rounds: int) -> Iterator[Run]:
    for number in range(1, rounds + 1):
        for run in contest.round(number):
            _say(f"round {number}: {run.variant} {run.rate:,.0f} events/s")
            yield run


def _say(text: str) -> None:
    typer.echo(text, err=True)


if __name__ == "__main__":
    typer.run(main)
