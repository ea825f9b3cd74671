"""Keys of agencies, made by whoever runs the stack, in the gateway's own database."""

import asyncio

from services.gateway import keys
from shared.database import Database, with_driver


def create_key(dsn: str, agency: str, sources: list[str]) -> str:
    """Make a key in the gateway's database and return it."""

    async def make() -> str:
        database = Database(with_driver(dsn))
        try:
            async with database.transaction() as transaction:
                return await keys.create(transaction, agency, sources)
        finally:
            await database.close()

    return asyncio.run(make())
