"""The registry as several processes that share the partitions, from the moment when every one has its own."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import asyncpg

from bench import loading, proof
from bench.measuring import BenchFailedError, Run, Watched, Window, peaks, wait_until
from bench.stage import Stage
from shared import ledger, topics

_READ = (topics.WORKERS, topics.CONTRIBUTIONS)


def run(stage: Stage, database: str, processes: int, number: int, truth: proof.Truth) -> Run:
    """So many processes on one empty database, in round `number`. Raises BenchFailedError."""
    with registries(stage, database, processes) as services:
        found = _measured(stage, database, services, number)
    proof.check_coverage(stage.parts.dsns[database], truth)
    loading.check_no_dead_letters(stage.settings)
    return found


@contextmanager
def registries(stage: Stage, database: str, processes: int) -> Iterator[list[Watched]]:
    """So many processes of the registry, each of which has its partitions and has stored nothing yet.

    The lock that a retraction takes holds them up until then: a small topic would be read by one alone.
    """
    with asyncio.Runner() as runner:
        held = runner.run(asyncpg.connect(stage.parts.dsns[database]))
        runner.run(held.execute("SELECT pg_advisory_lock($1)", ledger.LOCK))
        with stage.services("registry", database, processes) as services:
            wait_until("every process has its partitions", lambda: None not in [s.lag() for s in services])
            runner.run(held.close())
            yield services


def named(services: Sequence[Watched]) -> dict[str, Watched]:
    """Processes of one service by name and number."""
    return {f"{one.name} {number}": one for number, one in enumerate(services, 1)}


def left(stage: Stage, database: str) -> int:
    """What is not committed yet, as the broker knows it: what changes hands is not counted twice."""
    return asyncio.run(loading.left(stage.settings, f"patuh-{database}", _READ))


def _measured(stage: Stage, database: str, services: Sequence[Watched], number: int) -> Run:
    by_name = named(services)
    window = Window({name: one.process for name, one in by_name.items()} | stage.parts_processes())
    before = left(stage, database)
    if not before:
        raise BenchFailedError("all was read before every process had its partitions: take more events")

    def done() -> bool:
        for service in services:
            service.look()
        return all(service.lag() == 0 for service in services)

    wait_until("nothing is left", done)
    span = window.close()
    return Run(
        variant=f"registry x{len(services)}",
        round=number,
        events=before,
        seconds=span.seconds,
        cpu_seconds=span.cpu_seconds,
        others_share=span.others_share,
        peak_rss_mb={name: peaks([one])[one.name] for name, one in by_name.items()},
    )
