"""A transaction that notes its statements, and an event as it comes from its topic."""

from collections.abc import Sequence
from typing import Any

from shared.database import Transaction
from shared.dead_letters import Record
from shared.events import Event, encode
from shared.events.envelope import HEADERS


class CountingTransaction(Transaction):
    """Does what a `plain` one does, and notes every statement in `seen`, in one line."""

    def __init__(self, plain: Transaction, seen: list[str]) -> None:
        super().__init__(plain.driver)
        self.seen = seen

    async def rows(self, sql: str, *args: Any) -> Sequence[Any]:
        self.seen.append(" ".join(sql.split()))
        return await super().rows(sql, *args)


def record(event: Event) -> Record:
    """The event as it comes from its topic."""
    return Record("t", 0, 0, 0, 0, event.subject.encode(), encode(event), None, 0, 0, tuple(HEADERS))
