"""The registry as several processes that share the partitions, from the moment when every one has its own."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack

from bench import loading, proof
from bench.measuring import BenchFailedError, Run, Watched, Window, peaks, wait_until
from bench.stage import Stage
from shared import topics


def run(stage: Stage, database: str, processes: int, number: int, truth: proof.Truth) -> Run:
    """So many processes on one empty database, in round `number`. Raises BenchFailedError."""
    with ExitStack() as running:
        services = [
            running.enter_context(stage.service("registry", database, member))
            for member in range(1, processes + 1)
        ]
        found = _measured(stage, services, number)
    proof.check_coverage(stage.parts.dsns[database], truth)
    if asyncio.run(loading.messages_on(stage.settings, topics.DEAD_LETTERS)):
        raise BenchFailedError("messages went to the dead letters")
    return found


def _measured(stage: Stage, services: Sequence[Watched], number: int) -> Run:
    watched = {f"registry {n}": service.process for n, service in enumerate(services, 1)}
    watched |= {name: stage.process(name) for name in ("postgres", "kafka")}
    total = left = stage.workload.events

    def begun() -> bool:
        nonlocal left
        lags = [service.lag() for service in services]
        if None in lags:
            return False
        left = sum(lag or 0 for lag in lags)
        return left < total

    def done() -> bool:
        for service in services:
            service.look()
        return all(service.lag() == 0 for service in services)

    wait_until("every process has its partitions", begun)
    window, before = Window(watched), left
    if not before:
        raise BenchFailedError("one process had read all before the others came: take more events")
    wait_until("nothing is left", done)
    span = window.close()
    return Run(
        variant=f"registry x{len(services)}",
        round=number,
        events=before,
        seconds=span.seconds,
        cpu_seconds=span.cpu_seconds,
        others_share=span.others_share,
        peak_rss_mb={f"registry {n}": peaks([one])[one.name] for n, one in enumerate(services, 1)},
    )
