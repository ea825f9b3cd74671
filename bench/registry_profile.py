"""What a worker event costs the registry: its own handlers on a real PostgreSQL, without Kafka.

`python -m bench.registry_profile [--events N] [--batch N] [--history N] [--profile]`. CPU time in Python and
in PostgreSQL, and for each statement the time until its answer; the first tenth of the events warms up and
does not count. With `--history 50` the tables hold fifty times as many facts before, as in `bench.history`.
"""

import asyncio
import cProfile
import pstats
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Annotated, Any

import psutil
import typer
from rich.console import Console
from rich.table import Table

from bench.counting import record
from bench.measuring import cpu_seconds
from bench.past_facts import History, fill
from bench.profiling import Spent, own_postgres, take
from bench.workload import TODAY, Workload
from patuh.embedded.postgres import PostgresNode
from services.registry.handlers import Handlers
from services.registry.wages import in_force
from shared.clock import FixedClock
from shared.database import Database, Transaction, with_driver
from shared.dead_letters import Record
from shared.service import collect_less_often

_TOP, _SHORT, _MICRO = 40, 72, 1e6


@dataclass
class Timed(Spent):
    """And of each statement the seconds until its answer, each time."""

    statements: dict[str, list[float]] = field(default_factory=dict)

    @contextmanager
    def timed(self, statement: str) -> Iterator[None]:
        """Note how long this takes."""
        began = time.perf_counter()
        try:
            yield
        finally:
            told = " ".join(statement.split())[:_SHORT]
            self.statements.setdefault(told, []).append(time.perf_counter() - began)


class TimedTransaction(Transaction):
    """Notes in `spent` how long each statement takes."""

    def __init__(self, plain: Transaction, spent: Timed) -> None:
        super().__init__(plain.driver)
        self._spent = spent

    async def rows(self, sql: str, *args: Any) -> Sequence[Any]:
        with self._spent.timed(sql):
            return await super().rows(sql, *args)

    async def copy(self, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        with self._spent.timed(f"COPY {table}"):
            await super().copy(table, names, rows)


def main(
    events: Annotated[int, typer.Option(min=1)] = 200_000,
    batch: Annotated[int, typer.Option(min=1, help="Events in a batch")] = 10_000,
    history: Annotated[int, typer.Option(min=1, help="How many times the facts the tables hold")] = 1,
    profile: Annotated[bool, typer.Option(help="Say which functions take the time")] = False,
) -> None:
    """Measure the handler on the worker events of a workload."""
    workload = Workload(events)
    with own_postgres("registry") as node:
        asyncio.run(_measure(node, workload, batch, history, profile))


async def _measure(node: PostgresNode, workload: Workload, batch: int, history: int, profile: bool) -> None:
    await fill(node.dsn("registry"), History(workload, "months", history))
    database, handlers = Database(with_driver(node.dsn("registry"))), Handlers(FixedClock(TODAY), in_force())
    records = iter([record(event) for event in workload.worker_events()])
    collect_less_often()
    for _ in range(max(1, workload.events // 10 // batch)):
        await _take(database, handlers, list(islice(records, batch)), Timed())
    spent, server = Timed(), psutil.Process(node.child.pid) if node.child else psutil.Process()
    before, watching = cpu_seconds(server), cProfile.Profile() if profile else None
    with watching or nullcontext():
        while some := list(islice(records, batch)):
            await _take(database, handlers, some, spent)
    _show(spent, cpu_seconds(server) - before)
    await database.close()
    if watching:
        pstats.Stats(watching).sort_stats("tottime").print_stats(_TOP)


async def _take(database: Database, handlers: Handlers, records: list[Record], spent: Timed) -> None:
    await take(database, handlers.on_facts, records, partial(TimedTransaction, spent=spent), spent)


def _show(spent: Timed, theirs: float) -> None:
    console, each = Console(), _MICRO / max(1, spent.received)
    console.print(
        f"CPU microseconds a worker event: decoding {spent.decoding * each:.1f}, handling "
        f"{spent.handling * each:.1f}, PostgreSQL {theirs * each:.1f}",
        highlight=False,
    )
    table = Table("statement", "times", "ms each", "µs a worker event")
    for sql, took in sorted(spent.statements.items(), key=lambda one: -sum(one[1])):
        row = (f"{len(took)}", f"{sum(took) / len(took) * 1e3:.1f}", f"{sum(took) * each:.2f}")
        table.add_row(sql, *row)
    console.print(table, markup=False)


if __name__ == "__main__":
    typer.run(main)
