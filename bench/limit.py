"""The limit: read the topic and COPY the raw rows into one table, nothing else.

Run as a process with KAFKA_BOOTSTRAP_SERVERS, DATABASE_URL, PATUH_SERVICE and BENCH_EVENTS; prints a Report.
"""

import asyncio
import os

import asyncpg
from aiokafka import AIOKafkaConsumer

from bench.stopwatch import Report, Stopwatch
from shared import topics

_AT_ONCE = 5_000


async def copy_topic(bootstrap: str, group: str, dsn: str, events: int) -> Report:
    """Copy `events` messages; each COPY is a transaction of its own. Offsets are not committed."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        'CREATE TABLE message ("partition" int, "offset" bigint, key bytea, value bytea)'
    )
    consumer = AIOKafkaConsumer(
        topics.WORKERS.name,
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=100,
    )
    try:
        async with consumer:
            return await _copy(consumer, connection, events)
    finally:
        await connection.close()


async def _copy(consumer: AIOKafkaConsumer, connection: asyncpg.Connection, events: int) -> Report:
    watch = Stopwatch()
    while watch.events < events:
        found = await consumer.getmany(timeout_ms=100, max_records=_AT_ONCE)
        rows = [(r.partition, r.offset, r.key, r.value) for records in found.values() for r in records]
        if rows:
            await connection.copy_records_to_table("message", records=rows)
            watch.handled(len(rows))
    return watch.report()


if __name__ == "__main__":
    _bootstrap, _dsn = os.environ["KAFKA_BOOTSTRAP_SERVERS"], os.environ["DATABASE_URL"]
    _events = int(os.environ["BENCH_EVENTS"])
    asyncio.run(copy_topic(_bootstrap, os.environ["PATUH_SERVICE"], _dsn, _events)).say()
