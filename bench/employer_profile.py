"""What a coverage snapshot costs the employer service: its own handlers on a real PostgreSQL, without Kafka.

`python -m bench.employer_profile [--events N] [--profile]`. The snapshots are those that the registry
publishes for the same events, batch by batch; they are made beforehand and do not count. CPU time, not
the clock: other work on the machine does not matter.
"""

import asyncio
import cProfile
import hashlib
import pstats
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console

import services.employer
from bench.counting import CountingTransaction, record
from bench.measuring import cpu_seconds
from bench.profiling import Spent, own_postgres, take
from bench.workload import TODAY, Workload
from patuh.embedded.postgres import PostgresNode
from services.employer.handlers import Handlers
from services.registry import changes, enrolment
from services.registry.changes import Known
from services.registry.wages import in_force
from shared.clock import FixedClock
from shared.database import Database, with_driver
from shared.dead_letters import Record
from shared.events import Event, types
from shared.events.data import CoverageChanged
from shared.law import load
from shared.service import collect_less_often

REGISTRY_BATCH = 10_000
_TOP = 40


def main(
    events: Annotated[int, typer.Option(min=1)] = 100_000,
    arrival: Annotated[str, typer.Option()] = "shuffled",
    batch: Annotated[int, typer.Option(help="Most snapshots in one batch; 0: those of a registry batch")] = 0,
    most: Annotated[int, typer.Option(help="So many batches of the registry; 0: all")] = 0,
    profile: Annotated[bool, typer.Option(help="Say which functions take the time")] = False,
) -> None:
    """Measure the handler on the snapshots of a workload."""
    workload: Workload = Workload(events, arrival="by-employer" if arrival == "by-employer" else "shuffled")
    with own_postgres("warm", "employer") as node:
        asyncio.run(_measure(workload, batch, most, node, profile))


def snapshots(workload: Workload, at_once: int = REGISTRY_BATCH) -> Iterator[list[Event]]:
    """What the registry publishes for each of its batches. Pure; the workload retracts nothing."""
    standing: changes.Standing = defaultdict(list)
    known: dict[str, CoverageChanged] = defaultdict(lambda: CoverageChanged(version=0))
    minimums, now = in_force(), FixedClock(TODAY).now()
    events = workload.worker_events()
    while some := [event for _, event in zip(range(at_once), events, strict=False)]:
        said = [((enrolment.subject_of(e), e.subject), enrolment.enrolment_fact(e)) for e in some]
        before = {unit: standing[unit] for unit, _ in said}
        found = changes.differences(Known(before, {}), said, set(), minimums)
        standing |= changes.after(before, said, set())
        old = {subject: known[subject] for subject, _ in before}
        new = changes.fresh(old, found, {})
        changed = {s: one for s, one in new.items() if not changes.says_the_same(one, old[s])}
        known |= changed
        yield [
            Event(types.COVERAGE_CHANGED, f"{s}:{one.version}", "urn:patuh:registry", s, now, one)
            for s, one in changed.items()
        ]


@dataclass
class Counted(Spent):
    """And the statements and messages of so many batches."""

    batches: int = 0
    statements: list[str] = field(default_factory=list)
    messages: int = 0
    bytes_out: int = 0


async def _measure(workload: Workload, at_once: int, most: int, node: PostgresNode, profile: bool) -> None:
    console, spent = Console(), Counted()
    made = list(islice(snapshots(workload), most or None))
    taken = min(workload.events, len(made) * REGISTRY_BATCH)
    if at_once:
        flat = list(chain.from_iterable(made))
        made = [flat[i : i + at_once] for i in range(0, len(flat), at_once)]
    batches = [[record(event) for event in events] for events in made]
    sizes = [len(r.value or b"") for records in batches for r in records]
    console.print(
        f"{workload.events:,} worker events of {workload.employers:,} employers: {len(sizes):,} snapshots in "
        f"{len(batches)} batches, {sum(sizes) / max(1, len(sizes)):,.0f} bytes each"
    )
    profiles = [record(event) for event in workload.profiles()]
    warm, handlers = await _fresh(node, "warm")
    for records in (profiles, *batches[:2]):  # calendars are read, statements prepared
        await _take(warm, handlers, records, Counted())
    await warm.close()
    database, handlers = await _fresh(node, "employer")
    await _take(database, handlers, profiles, Counted())
    collect_less_often()
    server = psutil.Process(node.child.pid) if node.child else psutil.Process()
    before = cpu_seconds(server)
    watching = cProfile.Profile() if profile else None
    with watching or nullcontext():
        for records in batches:
            await _take(database, handlers, records, spent)
    theirs = cpu_seconds(server) - before
    _show(console, spent, theirs, taken)
    await _state(console, database)
    await database.close()
    if watching:
        pstats.Stats(watching).sort_stats("tottime").print_stats(_TOP)
        pstats.Stats(watching).sort_stats("cumulative").print_stats(_TOP)


async def _fresh(node: PostgresNode, name: str) -> tuple[Database, Handlers]:
    database = Database(with_driver(node.dsn(name)))
    assert services.employer.__file__
    await database.migrate(Path(services.employer.__file__).parent / "migrations")
    return database, Handlers(FixedClock(TODAY), load())


async def _take(database: Database, handlers: Handlers, records: list[Record], spent: Counted) -> None:
    counting = partial(CountingTransaction, seen=spent.statements)
    messages = await take(database, handlers.on_batch, records, counting, spent)
    spent.batches += 1
    spent.messages += len(messages)
    spent.bytes_out += sum(len(m.value or b"") for m in messages)


def _show(console: Console, spent: Counted, theirs: float, events: int) -> None:
    def each(seconds: float, of: int) -> str:
        return f"{seconds / max(1, of) * 1e6:6.1f}"

    n, whole = spent.received, spent.decoding + spent.handling
    console.print(f"CPU microseconds      a snapshot  a worker event   ({spent.batches} batches)")
    for name, seconds in (
        ("decoding", spent.decoding),
        ("handling", spent.handling),
        ("both", whole),
        ("PostgreSQL", theirs),
    ):
        console.print(f"{name:20}  {each(seconds, n)}      {each(seconds, events)}")
    console.print(
        f"{len(spent.statements) / spent.batches:.1f} statements a batch; {spent.messages:,} messages out, "
        f"{spent.bytes_out / max(1, spent.messages):,.0f} bytes each"
    )
    for sql, number in Counter(sql[:60] for sql in spent.statements).items():
        console.print(f"  {number:6} {sql}", markup=False)


async def _state(console: Console, database: Database) -> None:
    """A digest of all that is stored: the same before and after a change that should change nothing."""
    async with database.transaction() as transaction:
        for sql in (
            "SELECT subject, code, status, state::text FROM flag ORDER BY 1, 2",
            "SELECT subject, day::text FROM look ORDER BY 1",
            "SELECT subject, version::text FROM coverage ORDER BY 1",
        ):
            rows = [tuple(row) for row in await transaction.rows(sql)]
            said = hashlib.blake2b(repr(rows).encode(), digest_size=8).hexdigest()
            console.print(f"{len(rows):6} rows {said} {sql}", markup=False)


if __name__ == "__main__":
    typer.run(main)
