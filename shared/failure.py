"""Fail in the right place: which errors are the message's, which the machine's, and when to stop.

A bad message goes to the dead letters and the rest goes on. A failing broker or database is waited
out in place. When everything is bad the service halts, so that a topic is not drained into the
dead letters by a mistake of ours.
"""

import asyncpg
from aiokafka.errors import KafkaError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_TRANSIENT_SQLSTATES = ("08", "40", "53", "55", "57", "58", "XX")


class Halted(RuntimeError):
    """Too many messages in a row are bad: a person must look."""


def is_infrastructure(error: BaseException) -> bool:
    """True when the same batch may succeed later without any change."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout | OSError | KafkaError):
        return True
    if isinstance(error, DBAPIError):
        if isinstance(error.orig, asyncpg.InvalidCachedStatementError):
            return True  # the tables have changed; it is prepared anew next time
        return error.connection_invalidated or _sqlstate(error).startswith(_TRANSIENT_SQLSTATES)
    return isinstance(error, asyncpg.PostgresConnectionError | asyncpg.InterfaceError)


def is_of_a_value(error: BaseException) -> bool:
    """True when the database can never take a value that it was given, in whatever company it comes."""
    if not isinstance(error, DBAPIError):
        return False
    # What the driver cannot even send it calls a ValueError, and there is no state of the server then.
    return _sqlstate(error).startswith(("22", "23")) or isinstance(error.orig, ValueError)


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


class Guard:
    """Counts bad messages in a row, over batches."""

    def __init__(self, limit: int) -> None:
        self._limit, self._row = limit, 0

    def check(self, bad: int) -> None:
        """Raise Halted when `bad` more would make `limit` bad messages with no good one between them."""
        run = self._row + bad
        if run >= self._limit:
            raise Halted(f"{run} messages in a row are bad (limit {self._limit})")

    def stored(self, good: int, bad: int) -> None:
        """Count what was stored: only that, because a batch may be tried many times."""
        self._row = 0 if good else self._row + bad
