"""`python -m bench.history`: does the registry get slower as its history grows?

The same events are read into databases that hold 1, 10 and 50 times as many facts already. Two ways to grow:
`employers` (facts about other workers of other firms: the tables grow) and `months` (earlier months of the
same workers: what is read about each worker grows too). The history is made in SQL, month by month, sums
included. Measured is from the second month on: the first one reads in what a running service has at hand. The
result is compared with what the pure functions say about the events together with it.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Annotated

import asyncpg
import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bench import loading, machine, proof
from bench.measuring import Run, measure, peaks
from bench.past_facts import GROWS, History, fill
from bench.stage import Stage, set_stage
from bench.workload import MONTHS, Workload
from patuh.nation import Arrival


class Report(Struct):
    """`history_slowdown`: by what grows and by factor, how many times slower than without."""

    machine: machine.Machine
    base_rows: int
    history_slowdown: dict[str, dict[str, float]]
    rows: dict[str, int]
    runs: list[Run]


def main(
    factors: Annotated[str, typer.Option(help="How many times the base the tables hold")] = "1,10,50",
    grows: Annotated[str, typer.Option(help="employers, months, or both with a comma")] = "employers,months",
    events: Annotated[int, typer.Option(min=1_000, help="Worker events: the base")] = 200_000,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is measured")] = 1,
    arrival: Annotated[Arrival, typer.Option(help="In which order a month's events come")] = "shuffled",
    json: Annotated[Path | None, typer.Option(help="Write everything to this file")] = None,
) -> None:
    """Measure the registry's rate with more and more history in its tables."""
    workload = Workload(events, arrival)
    found = measure_growth([int(factor) for factor in factors.split(",")], grows, workload, rounds)
    _show(found, Console())
    if json:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


def measure_growth(factors: list[int], grows: str, workload: Workload, rounds: int) -> Report:
    """Measure each case on a stage of its own. Raises BenchFailedError, EmbeddedError."""
    cases = _cases(grows, factors, rounds)
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory(prefix="patuh-bench-", ignore_cleanup_errors=True) as folder,
        set_stage(Path(folder), [case.database for case in cases], workload, _say) as stage,
    ):
        truth = proof.coverage_of(workload)
        runs = [_run(stage, case, truth) for case in cases]
        return _report(machine.describe(stage.parts, load), workload.events, cases, runs)


class _Case(Struct, frozen=True):
    grows: str
    factor: int
    round: int

    @property
    def name(self) -> str:
        return f"{self.grows} x{self.factor}"

    @property
    def database(self) -> str:
        return f"registry_{self.grows}_{self.factor}_r{self.round}"


def _cases(grows: str, factors: list[int], rounds: int) -> list[_Case]:
    """Round by round, so that noise hits all alike."""
    wanted = grows.split(",")
    if unknown := set(wanted) - set(GROWS):
        raise typer.BadParameter(f"--grows: {', '.join(sorted(unknown))} is none of {', '.join(GROWS)}")
    return [_Case(one, f, r) for r in range(1, rounds + 1) for one in wanted for f in sorted({1, *factors})]


def _run(stage: Stage, case: _Case, truth: proof.Truth) -> Run:
    dsn = stage.parts.dsns[case.database]
    history = History(stage.workload, case.grows, case.factor)
    before = asyncio.run(fill(dsn, history))
    _say(f"{case.name}: {before:,} facts of history")
    asyncio.run(loading.empty_output(stage.settings))
    with stage.service("registry", case.database) as registry:
        total = _after_the_first_month(stage.workload)
        events, span = measure([registry], stage.parts_processes(), total, to_flags=False)
    proof.check_coverage(dsn, history.with_history(truth))
    loading.check_no_dead_letters(stage.settings)
    run = Run(
        variant=case.name,
        round=case.round,
        events=events,
        seconds=span.seconds,
        cpu_seconds=span.cpu_seconds,
        others_share=span.others_share,
        peak_rss_mb=peaks([registry]),
        messages_out={"history": before},
    )
    _say(f"{case.name}: {run.rate:,.0f} events/s")
    asyncio.run(_emptied(dsn))
    return run


def _after_the_first_month(workload: Workload) -> int:
    """How many events are left when what a running service has at hand has been read in once."""
    return workload.events * (MONTHS - 1) // MONTHS


async def _emptied(dsn: str) -> None:
    """Give the disk back before the next case."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("TRUNCATE enrolment, coverage")
    finally:
        await connection.close()


def _report(on: machine.Machine, base: int, cases: list[_Case], runs: list[Run]) -> Report:
    slowdown: dict[str, dict[str, float]] = {}
    for name, factor, ratio in _ratios(cases, runs):
        slowdown.setdefault(name, {})[str(factor)] = ratio
    return Report(on, base, slowdown, {run.variant: run.messages_out["history"] for run in runs}, runs)


def _ratios(cases: list[_Case], runs: list[Run]) -> Iterator[tuple[str, int, float]]:
    """By how much each is slower than the same round without history: the median of the rounds."""
    rates = {case: run.rate for case, run in zip(cases, runs, strict=True)}
    for name, factor in dict.fromkeys((case.grows, case.factor) for case in cases):
        mine = [case for case in cases if (case.grows, case.factor) == (name, factor)]
        yield name, factor, median(rates[_Case(name, 1, c.round)] / rates[c] for c in mine)


def _show(found: Report, console: Console) -> None:
    table = Table("history", "facts before", "events/s", "registry CPU s/M", "PostgreSQL CPU s/M", "peak MiB")
    for run in found.runs:
        cpu = [seconds / run.events * 1e6 for seconds in run.cpu_seconds.values()]
        mine, postgres, *_ = cpu
        row = (f"{run.messages_out['history']:,}", f"{run.rate:,.0f}", f"{mine:.0f}", f"{postgres:.0f}")
        table.add_row(run.variant, *row, f"{run.peak_rss_mb['registry']:.0f}")
    console.print(table)
    for name, ratios in found.history_slowdown.items():
        told = ", ".join(f"x{factor} {ratio:.2f}" for factor, ratio in ratios.items())
        console.print(f"times slower as {name} grow: {told}")


def _say(text: str) -> None:
    typer.echo(text, err=True)


if __name__ == "__main__":
    typer.run(main)
