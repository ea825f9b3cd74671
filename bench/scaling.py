"""`python -m bench.scaling`: the registry as one process and as several, which share the partitions.

All are measured in one run on the same topic, in turn, from the moment when every process has its partitions.
The result must be right each time.
"""

import asyncio
import os
import tempfile
from pathlib import Path
from statistics import median
from typing import Annotated

import msgspec
import typer
from msgspec import Struct
from rich.console import Console

from bench import loading, machine, proof, several
from bench.measuring import Run
from bench.report import Summary, show_variants, summary
from bench.stage import Stage, set_stage
from bench.workload import Workload


class Report(Struct):
    """`scaling`: the rate of so many processes to that of one, the median of the rounds."""

    machine: machine.Machine
    scaling: dict[str, float]
    variants: list[Summary]
    runs: list[Run]


def main(
    processes: Annotated[str, typer.Option(help="How many, one after another")] = "1,2",
    events: Annotated[int, typer.Option(min=10_000, help="Worker events on the topic")] = 300_000,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is measured")] = 3,
    json: Annotated[Path | None, typer.Option(help="Write everything to this file")] = None,
) -> None:
    """Measure the registry as one process and as several."""
    counts = sorted({1, *(int(number) for number in processes.split(","))})
    databases = [_database(n, r) for r in range(1, rounds + 1) for n in counts]
    workload, load = Workload(events), os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory(prefix="patuh-bench-", ignore_cleanup_errors=True) as folder,
        set_stage(Path(folder), databases, workload, _say) as stage,
    ):
        truth = proof.coverage_of(workload)
        runs = [_run(stage, n, r, truth) for r in range(1, rounds + 1) for n in counts]
        found = _report(machine.describe(stage.parts, load), counts, runs)
    console = Console()
    show_variants(found.variants, found.machine, console)
    console.print(", ".join(f"{n} processes {ratio:.2f} times one" for n, ratio in found.scaling.items()))
    if json:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


def _database(processes: int, number: int) -> str:
    return f"registry_of_{processes}_r{number}"


def _run(stage: Stage, processes: int, number: int, truth: proof.Truth) -> Run:
    asyncio.run(loading.empty_output(stage.settings))
    run = several.run(stage, _database(processes, number), processes, number, truth)
    _say(f"round {number}: {run.variant} {run.rate:,.0f} events/s")
    return run


def _report(on: machine.Machine, counts: list[int], runs: list[Run]) -> Report:
    def of(processes: int) -> list[Run]:
        return [run for run in runs if run.variant == f"registry x{processes}"]

    alone = {run.round: run.rate for run in of(1)}
    scaling = {str(n): median(run.rate / alone[run.round] for run in of(n)) for n in counts}
    return Report(on, scaling, [summary(f"registry x{n}", of(n)) for n in counts], runs)


def _say(text: str) -> None:
    typer.echo(text, err=True)


if __name__ == "__main__":
    typer.run(main)
