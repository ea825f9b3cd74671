"""What is stored after the answer, in bulk, so that no request waits for the database.

A process that dies loses what was not stored yet, at most `PAUSE` seconds of it. So only that may come here
whose loss does no harm: see who adds what.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from sqlalchemy.exc import SQLAlchemyError

from shared import logging
from shared.database import Database, Transaction

PAUSE = 0.2
_log = logging.get(__name__)
Rows: TypeAlias = list[Any]
Store: TypeAlias = Callable[[Transaction, Rows], Awaitable[None]]


class Later:
    """Rows by the function that stores them. `full` when the database has fallen too far behind."""

    def __init__(self, database: Database, limit: int = 500_000) -> None:
        self._database, self._limit = database, limit
        self._waiting: dict[Store, Rows] = {}
        self._rows = 0

    @property
    def full(self) -> bool:
        """Whether more rows wait than may be held in memory: then requests are answered 503."""
        return self._rows >= self._limit

    def add(self, store: Store, rows: Sequence[Any]) -> None:
        """Have `store` called with these rows, and others given to it, soon."""
        self._waiting.setdefault(store, []).extend(rows)
        self._rows += len(rows)

    async def run(self) -> None:
        """Store until cancelled, and then once more. A failure of the database is waited out."""
        try:
            while True:
                await asyncio.sleep(PAUSE)
                await self._try()
        finally:
            await self._try()

    async def _try(self) -> None:
        try:
            await self.flush()
        except (SQLAlchemyError, OSError) as error:
            _log.warning("rows are waiting for the database", rows=self._rows, error=str(error))

    async def flush(self) -> None:
        """Store what waits, in one transaction. Raises SQLAlchemyError, OSError; then it goes on waiting."""
        taken, self._waiting = self._waiting, {}
        try:
            if taken:
                async with self._database.transaction() as transaction:
                    for store, rows in taken.items():
                        await store(transaction, rows)
        except BaseException:
            for store, rows in taken.items():
                self._waiting[store] = rows + self._waiting.get(store, [])
            raise
        self._rows -= sum(map(len, taken.values()))
