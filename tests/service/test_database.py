"""The pool of connections, on a real PostgreSQL."""

import asyncio

from shared.failure import is_infrastructure
from shared.service import Service
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


async def test_a_connection_that_ends_in_mid_answer_is_the_machines_fault(place: Place) -> None:
    service, other = place.service(), place.service()
    asked = [asyncio.create_task(rows(service, "SELECT pg_sleep(20)")) for _ in range(3)]
    await until(lambda: _asks(other, 3))
    await rows(other, _END_THE_OTHERS)
    for error in await asyncio.gather(*asked, return_exceptions=True):
        assert isinstance(error, Exception)
        assert is_infrastructure(error)
    assert await rows(service, "SELECT 1") == [(1,)]
    await service.database.close()
    await other.database.close()


async def test_who_is_cancelled_leaves_no_transaction_behind(place: Place) -> None:
    service, other = place.service(), place.service()
    asked = asyncio.create_task(rows(service, "SELECT pg_sleep(20)"))
    await until(lambda: _asks(other, 1))
    asked.cancel()
    await asyncio.wait([asked])
    assert await rows(service, "SELECT 1") == [(1,)]
    assert await rows(other, f"{_OTHERS} AND state LIKE 'idle in%'") == []
    await service.database.close()
    await other.database.close()


async def _asks(service: Service, number: int) -> bool:
    return len(await rows(service, f"{_OTHERS} AND state = 'active' AND query LIKE '%pg_sleep%'")) >= number
