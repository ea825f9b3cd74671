"""A running sample city, and what can be read back from it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from patuh.agency_keys import create_key
from patuh.city import CityPlan, city_events
from patuh.demonstration import SOURCES
from patuh.embedded.announce import silent
from patuh.located import Located
from patuh.running import Running, bring_up
from patuh.sending import Gateway, Tally, send_all
from shared import topics
from shared.database import Database, with_driver

PLAN = CityPlan(seed=7, today=date(2026, 11, 20), scale=0.06)
_EPISODE = {"flag_id", "version"}
OnProgress = Callable[[Tally], None]


@dataclass
class SampleCity:
    """A stack with the city in it."""

    running: Running
    located: Located
    key: str
    data: Path

    def gateway(self, batch_size: int = 500, concurrency: int = 4) -> Gateway:
        return Gateway(self.running.urls["gateway"], self.key, batch_size, concurrency)

    def send(self, on_progress: OnProgress = lambda _: None, **how: int) -> Tally:
        return send_all(city_events(PLAN), gateway=self.gateway(**how), on_progress=on_progress)

    def findings(self) -> list[dict[str, Any]]:
        """The open flags without what only numbers the episode."""
        flags = self.located.open_flags()
        return [{name: value for name, value in flag.items() if name not in _EPISODE} for flag in flags]

    def rows(self, service: str, sql: str) -> list[Any]:
        """Ask a service's database."""
        return rows_in(self.running.parts.dsns[service], sql)

    def records(self, *names: str) -> list["ConsumerRecord[Any, Any]"]:
        """Every record of these topics (default: of all), partition by partition."""
        return read_all(self.running.parts.bootstrap, *names)


def start_city(data: Path) -> SampleCity:
    """Start an empty city on its fixed day; alerts go out after a second."""
    # The same reference for a worker in every stack, so that two runs can be compared.
    (data / "secrets.json").write_text(json.dumps({"PATUH_WORKER_REF_KEY": "for-tests-only-" * 3}))
    running = bring_up(data, silent, today=PLAN.today, environ={"PATUH_ALERT_SETTLE_SECONDS": "1"})
    key = create_key(running.parts.dsns["gateway"], "Kota Sukabumi", SOURCES)
    return SampleCity(running, Located(running.urls, running.parts.dsns), key, data)


def rows_in(dsn: str, sql: str) -> list[Any]:
    """Ask a database."""

    async def ask() -> list[Any]:
        database = Database(with_driver(dsn))
        async with database.transaction() as transaction:
            found = list(await transaction.rows(sql))
        await database.close()
        return found

    return asyncio.run(ask())


def read_all(bootstrap: str, *names: str) -> list["ConsumerRecord[Any, Any]"]:
    """Every record of these topics (default: of all), partition by partition."""
    return asyncio.run(_read_all(bootstrap, names or tuple(topic.name for topic in topics.ALL)))


async def _read_all(bootstrap: str, names: tuple[str, ...]) -> list["ConsumerRecord[Any, Any]"]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, group_id=None)
    await consumer.start()
    try:
        counts = {topic.name: topic.partitions for topic in topics.ALL}
        partitions = [TopicPartition(name, number) for name in names for number in range(counts[name])]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[ConsumerRecord[Any, Any]] = []
        while any([await consumer.position(p) < ends[p] for p in partitions]):
            batches = await consumer.getmany(timeout_ms=500)
            found += [record for batch in batches.values() for record in batch]
        return found
    finally:
        await consumer.stop()
