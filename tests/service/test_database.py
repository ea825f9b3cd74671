"""The pool of connections, on a real PostgreSQL."""

import asyncio

from tests.service.parts import Place, kafka, place, rows, stream, until

__all__ = ["kafka", "place", "stream"]

_END_THE_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_OTHERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def test_connections_that_ended_are_replaced(place: Place) -> None:
    service, other = place.service(), place.service()
    await asyncio.gather(*(rows(service, "SELECT pg_sleep(0.2)") for _ in range(3)))
    await rows(other, _END_THE_OTHERS)

    async def gone() -> bool:
        return await rows(other, _OTHERS) == []

    await until(gone)
    assert await asyncio.gather(*(rows(service, "SELECT 1") for _ in range(3))) == [[(1,)]] * 3
    await service.database.close()
    await other.database.close()
