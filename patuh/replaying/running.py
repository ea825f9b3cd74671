"""A rebuild from beginning to end.

1. create a database beside the live one   2. read what the live service has committed, while it goes on
3. hold the service, read the last bit     4. settle, compare   5. exchange the names, let the service go on
Until 5 any failure leaves everything as it was; a service that is not well after 5 gets its old one back.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import httpx

from patuh.embedded.holds import holding
from patuh.replaying.comparing import Table, compare, count_missing
from patuh.replaying.databases import Admin, CannotRebuildError
from patuh.replaying.reading import Offsets, Reader, Tell, committed, consumer_of
from patuh.replaying.target import Target
from shared import outbox
from shared.consuming import BatchConsumer, Received, Work
from shared.database import Database, with_driver
from shared.failure import Guard
from shared.health import Progress
from shared.outbox import Relay
from shared.producer import Producer

_NEVER = 2**62
_NEAR = 5_000
_WELL_SECONDS = 90.0


@dataclass(frozen=True)
class Wishes:
    """`time`: read from there on, keep what is older. `swap`: exchange the databases at the end, else drop
    the new one. `accept_loss`: also when facts are missing. `drop_old`: forget the replaced databases.
    """

    time: datetime | None = None
    swap: bool = True
    accept_loss: bool = False
    drop_old: bool = False


@dataclass
class Report:
    """What was done. `announced`: messages that tell what differs; `former`: the replaced database."""

    service: str
    messages: int = 0
    announced: int = 0
    missing: int = 0
    tables: list[Table] = field(default_factory=list)
    former: str | None = None
    dropped: list[str] = field(default_factory=list)
    stopped_seconds: float = 0.0

    @property
    def identical(self) -> bool:
        """Whether every table that can be equal is."""
        return not any(table.same is False for table in self.tables)

    def figures(self) -> dict[str, Any]:
        """Everything, as JSON tells it."""
        return asdict(self) | {"identical": self.identical}


async def replay(
    target: Target, wishes: Wishes, stamp: str, tell: Tell, say: Callable[[str], None]
) -> Report:
    """Rebuild a service; `stamp` names the replaced database. Raises CannotRebuildError, EmbeddedError,
    KafkaError, and what PostgreSQL raises.
    """
    if wishes.time and not target.rebuilding.recipe.keep:
        raise CannotRebuildError(f"--from is not for {target.service}: {target.rebuilding.recipe.whole}")
    async with target.databases.alone() as admin:
        await admin.create()
        try:
            async with _Rebuild.open(target) as rebuild:
                await rebuild.fill(wishes.time, tell)
                say("reading is done; the service stops for the last step")
                return await _last_step(rebuild, admin, wishes, stamp, tell)
        finally:
            await admin.drop(target.databases.rebuilt)


async def _last_step(rebuild: "_Rebuild", admin: Admin, wishes: Wishes, stamp: str, tell: Tell) -> Report:
    target, clock = rebuild.target, asyncio.get_running_loop().time
    began, report = clock(), Report(rebuild.target.service)
    with holding(target.data, target.service):
        ends = await rebuild.finish(report, tell)
        await rebuild.close()
        if report.missing and wishes.swap and not wishes.accept_loss:
            raise CannotRebuildError(
                f"{report.missing} facts of the live database are not in the rebuilt one, so it was not "
                "exchanged: look with --check, or say --accept-loss"
            )
        if wishes.swap:
            await admin.exchange(stamp)
    if wishes.swap:
        report.former = target.databases.before(stamp)
        await _see_that_it_is_well(rebuild, admin, stamp, ends)
    report.stopped_seconds = round(clock() - began, 1)
    if wishes.swap and wishes.drop_old:
        report.dropped = await admin.former()
        for name in report.dropped:
            await admin.drop(name)
    return report


async def _see_that_it_is_well(rebuild: "_Rebuild", admin: Admin, stamp: str, ends: Offsets) -> None:
    """Give a service that is not well its old database back, unless it has worked on the new one already."""
    target = rebuild.target
    if await _is_well(target.url):
        return
    with holding(target.data, target.service):
        if await rebuild.worked_since(ends):
            former = target.databases.before(stamp)
            raise CannotRebuildError(
                f"{target.service} is not well, but has worked on the rebuilt database already; see {former}"
            )
        await admin.exchange_back(stamp)
    raise CannotRebuildError(
        f"{target.service} was not well on the rebuilt database: it has its old one back"
    )


async def _is_well(url: str) -> bool:
    deadline = asyncio.get_running_loop().time() + _WELL_SECONDS
    async with httpx.AsyncClient(timeout=5) as client:
        while asyncio.get_running_loop().time() < deadline:
            try:
                if (await client.get(f"{url}/health")).status_code == httpx.codes.OK:
                    return True
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)
    return False


class _Rebuild:
    """The two databases and the reader of one rebuild."""

    def __init__(self, target: Target, reader: Reader, live: Database, rebuilt: Database) -> None:
        self.target, self._reader, self._live, self._rebuilt = target, reader, live, rebuilt
        self._settings, self._recipe = target.rebuilding.settings, target.rebuilding.recipe
        self._to_send = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, target: Target) -> AsyncIterator["_Rebuild"]:
        settings = target.rebuilding.settings
        async with AsyncExitStack() as stack:
            live, rebuilt = (
                Database(with_driver(dsn)) for dsn in (target.databases.dsn, target.databases.rebuilt_dsn)
            )
            stack.push_async_callback(live.close)
            stack.push_async_callback(rebuilt.close)
            await rebuilt.migrate(target.rebuilding.migrations)
            consumer = await stack.enter_async_context(consumer_of(settings, f"{target.group}-replay"))
            reader = Reader(consumer, _batches(target, rebuilt), settings)
            yield cls(target, reader, live, rebuilt)

    async def fill(self, time: datetime | None, tell: Tell) -> None:
        """Read until little is left; the live service may go on committing meanwhile."""
        await self._reader.begin(self._recipe.sources, time)
        if time and self._recipe.keep:
            await self._recipe.keep(self._live, self._rebuilt, time)
        while True:
            targets = await self._committed()
            if sum(max(0, end - self._reader.next[p]) for p, end in targets.items()) <= _NEAR:
                return
            await self._reader.read_to(targets, tell)

    async def finish(self, report: Report, tell: Tell) -> Offsets:
        """Read the last bit, settle and compare, while the service stands still; where its group stands."""
        ends = await self._committed()
        await self._reader.read_to(ends, tell)
        report.messages = sum(at - self._reader.first[p] for p, at in self._reader.next.items())
        await self._take_outbox()
        report.announced = await self._recipe.finish(self._live, self._rebuilt, self._work)
        self._to_send = await _outbox_rows(self._rebuilt)
        report.tables = await compare(self._live, self._rebuilt, self._recipe.unlike)
        differing = {table.name for table in report.tables if table.same is False}
        for table in differing.intersection(self._recipe.facts):
            report.missing += await count_missing(self._live, self._rebuilt, table)
        return ends

    async def close(self) -> None:
        """Leave both databases, so that their names can be exchanged."""
        await self._live.close()
        await self._rebuilt.close()

    async def _committed(self) -> Offsets:
        return await committed(self._settings, self.target.group, list(self._reader.next))

    async def worked_since(self, ends: Offsets) -> bool:
        """Whether the exchanged database has taken anything beyond `ends`, or sent of what it had to send."""
        now = Database(with_driver(self.target.databases.dsn))
        try:
            return await _outbox_rows(now) != self._to_send or await self._committed() != ends
        finally:
            await now.close()

    async def _take_outbox(self) -> None:
        """What the replay would have announced is forgotten; what the live one has not sent yet is kept."""
        async with self._live.transaction() as one, self._rebuilt.transaction() as other:
            await other.run("DELETE FROM outbox")
            for row in await one.rows("SELECT messages FROM outbox ORDER BY id"):
                await other.run("INSERT INTO outbox (messages) VALUES ($1)", row.messages)

    @asynccontextmanager
    async def _work(self) -> AsyncIterator[Work]:
        async with self._rebuilt.transaction() as transaction:
            work = Work(transaction, self._settings.service)
            yield work
            await outbox.store(transaction, work.messages)


async def _outbox_rows(database: Database) -> int:
    async with database.transaction() as transaction:
        return int((await transaction.rows("SELECT count(*) FROM outbox"))[0][0])


def _batches(target: Target, rebuilt: Database) -> BatchConsumer:
    """The consumer of the live service, with a handler that announces nothing and a relay that never runs."""
    settings, handler = target.rebuilding.settings, target.rebuilding.recipe.handler

    async def quietly(work: Work, received: list[Received]) -> None:
        await handler(work, received)
        work.messages.clear()

    relay = Relay(rebuilt, Producer(settings), settings.service)
    progress = Progress(settings.service)
    # What the live service let pass into the dead letters is refused again, however many in a row.
    return BatchConsumer(settings.service, rebuilt, relay, progress, Guard(_NEVER), quietly)
