"""What is stored after the answer, in bulk, so that no request waits for the database.

A process that dies loses what was not stored yet, at most `PAUSE` seconds of it. So only that may come here
whose loss does no harm: see who adds what.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from sqlalchemy.exc import SQLAlchemyError

from shared import logging, metrics
from shared.database import Database, Transaction
from shared.failure import is_of_a_value

PAUSE = 0.2
_AT_ONCE = 5000
_log = logging.get(__name__)
Rows: TypeAlias = list[Any]
Store: TypeAlias = Callable[[Transaction, Rows], Awaitable[None]]


class Later:
    """Rows by the function that stores them. `full` when the database has fallen too far behind."""

    def __init__(self, database: Database, limit: int = 200_000) -> None:
        self._database, self._limit = database, limit
        self._waiting: dict[Store, Rows] = {}
        self._rows = 0
        self._storing = asyncio.Lock()

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
        """Store what waits, some thousand rows a transaction; when it returns, all given before are stored.

        Raises what the database raises; then the rest goes on waiting.
        """
        async with self._storing:
            taken, self._waiting = self._waiting, {}
            try:
                for store, rows in taken.items():
                    await self._store(store, rows)
            except BaseException:
                for store, rows in taken.items():
                    if rows:
                        self._waiting[store] = rows + self._waiting.get(store, [])
                raise

    async def _store(self, store: Store, rows: Rows) -> None:
        """Store from the front of `rows`, taking off what is stored.

        A row that the database never takes is found by halving and dropped: it would block all others.
        """
        size = _AT_ONCE
        while rows:
            part = rows[:size]
            try:
                async with self._database.transaction() as transaction:
                    await store(transaction, part)
            except Exception as error:
                if not is_of_a_value(error):
                    raise
                if len(part) > 1:
                    size = len(part) // 2
                    continue
                # Not the row itself, nor the error's text: they may name a person.
                metrics.ROWS_DROPPED.labels(store.__name__).inc()
                _log.error("a row cannot be stored", store=store.__name__, error=type(error).__name__)
            del rows[: len(part)]
            self._rows -= len(part)
            size = min(_AT_ONCE, 2 * size)
