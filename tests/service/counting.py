"""Batches handled in a transaction that notes its statements: guards that are no clock."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bench.counting import CountingTransaction, record
from shared import outbox
from shared.consuming import Received, Work
from shared.database import Database
from shared.events import Event, decode
from shared.producer import Message


@dataclass
class Counted:
    """What one batch cost: its statements, and what it announces."""

    statements: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    @property
    def events(self) -> list[Event]:
        return [decode(one.value, one.headers) for one in self.messages]


async def counted(
    database: Database, handler: Callable[[Work, list[Received]], Awaitable[None]], events: Sequence[Event]
) -> Counted:
    """Handle one batch as a service does, its outbox row included."""
    found = Counted()
    async with database.transaction() as plain:
        transaction = CountingTransaction(plain, found.statements)
        work = Work(transaction, "test")
        await handler(work, [Received(event, record(event)) for event in events])
        await outbox.store(transaction, work.messages)
    found.messages = work.messages
    return found
