"""Runs the job on a framework, in a process of its own, and checks what it came to."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import loading, proof
from bench.comparison import run_program
from bench.frameworks import environment, java
from bench.measuring import Run
from bench.proof import Truth
from bench.stage import Stage
from bench.stopwatch import Report
from shared import topics

DECLARED = 26  # workers: most small employers reach it, miss it while some are gone, and reach it again


def _python(module: str) -> Callable[[Path], list[str]]:
    return lambda _: [str(environment.interpreter()), "-m", f"bench.frameworks.{module}"]


FRAMEWORKS: dict[str, Callable[[Path], list[str]]] = {
    "quix": _python("on_quix"),
    "faust": _python("on_faust"),
    "kafka-streams": java.command,
}
DURABLE = "-durable"
VARIANTS = [variant for name in FRAMEWORKS for variant in (name, name + DURABLE)]


def prepare() -> None:
    """Fetch what the frameworks need. Raises EmbeddedError, CalledProcessError."""
    environment.interpreter()
    java.jars()


def compete(variant: str, number: int, stage: Stage, truth: Truth, database: str, most: int) -> Run:
    """Run a framework's variant on `most` events at most, in `database`.

    Raises BenchFailedError when it comes to a wrong result.
    """
    command, durable = FRAMEWORKS[variant.removesuffix(DURABLE)], variant.endswith(DURABLE)
    events = min(most, stage.workload.events)
    with TemporaryDirectory(prefix="patuh-bench-") as name:
        folder = Path(name)
        env = _environment(folder, events, durable) | stage.environment(database)
        argv = command(folder / "classes")
        run, report = run_program(variant, number, argv, env, stage.parts_processes())
    whole = events == stage.workload.events
    _check(stage, truth if whole else _truth_of(stage, report), report, database if durable else None)
    return run


def _environment(folder: Path, events: int, durable: bool) -> dict[str, str]:
    return {
        "BENCH_EVENTS": str(events),
        "BENCH_DECLARED": str(DECLARED),
        "BENCH_DURABLE": "1" if durable else "0",
        "BENCH_FOLDER": str(folder / "state"),
    }


def _truth_of(stage: Stage, report: Report) -> Truth:
    """Of the first events of each partition, as many as were taken."""
    taken = {int(partition): events for partition, events in report.taken.items()}
    ids = asyncio.run(loading.first_ids(stage.settings, topics.WORKERS, taken))
    return proof.coverage_of(stage.workload, ids)


def _check(stage: Stage, truth: Truth, report: Report, database: str | None) -> None:
    proof.check_counts(report.counts, truth)
    if database:
        proof.check_counts(proof.stored_counts(stage.parts.dsns[database]), truth)
    flags = asyncio.run(loading.newest(stage.settings, topics.FLAGS))
    proof.check_crossed(flags, truth, DECLARED)
