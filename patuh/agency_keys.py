"""Keys of agencies, made by whoever runs the stack, in the gateway's own database."""

import asyncio
from collections.abc import Awaitable, Callable
from getpass import getuser
from typing import TypeVar

from services.gateway import keys
from services.gateway.grants import Grant
from shared.clock import SystemClock
from shared.database import Database, Transaction, with_driver

T = TypeVar("T")


def in_gateway(dsn: str, action: Callable[[Transaction], Awaitable[T]]) -> T:
    """Do something in one transaction of the gateway's database."""

    async def act() -> T:
        database = Database(with_driver(dsn))
        try:
            async with database.transaction() as transaction:
                return await action(transaction)
        finally:
            await database.close()

    return asyncio.run(act())


def create_key(dsn: str, agency: str, sources: list[str]) -> str:
    """Make a key that is limited to sources alone, in the gateway's database, and return it."""
    grant, now = Grant(agency=agency, sources=sources), SystemClock().now()
    _, key = in_gateway(dsn, lambda transaction: keys.issue(transaction, grant, now, getuser()))
    return str(key)
