"""A transaction that counts its statements, and batches handled in one: guards that are no clock."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared import outbox
from shared.consuming import Received, Work
from shared.database import Database, Transaction
from shared.dead_letters import Record
from shared.events import Event, decode, encode
from shared.events.envelope import HEADERS
from shared.producer import Message


@dataclass
class Counted:
    """What one batch cost: its statements, and what it announces."""

    statements: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    @property
    def events(self) -> list[Event]:
        return [decode(one.value, one.headers) for one in self.messages]


class CountingTransaction(Transaction):
    """Notes every statement in `seen`."""

    seen: list[str]

    async def rows(self, sql: str, *args: Any) -> Sequence[Any]:
        self.seen.append(" ".join(sql.split()))
        return await super().rows(sql, *args)

    async def run(self, sql: str, *args: Any) -> None:
        self.seen.append(" ".join(sql.split()))
        await super().run(sql, *args)


async def counted(
    database: Database, handler: Callable[[Work, list[Received]], Awaitable[None]], events: Sequence[Event]
) -> Counted:
    """Handle one batch as a service does, its outbox row included."""
    found = Counted()
    async with database.engine.begin() as connection:
        transaction = CountingTransaction(connection)
        transaction.seen = found.statements
        work = Work(transaction, "test")
        await handler(work, [Received(event, record(event)) for event in events])
        await outbox.store(transaction, work.messages)
    found.messages = work.messages
    return found


def record(event: Event) -> Record:
    """The event as it comes from its topic."""
    return Record("t", 0, 0, 0, 0, event.subject.encode(), encode(event), None, 0, 0, tuple(HEADERS))
