"""The job on Faust (faust-streaming): an agent and two tables in its default store, memory, with changelogs.

A table in memory is faster than one in RocksDB. Durable: a timer upserts the counts that changed with
asyncpg, every second and at the end. `take()` would not do: a table must be changed while its own event
is handled, or Faust does not know the partition of its changelog.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import faust  # type: ignore[import-not-found, unused-ignore]
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.frameworks.job import Tally, Task, change, counts_for, crosses, enrolment

_PARTITIONS, _EVERY_SECONDS = 8, 1.0
_TABLES = ("enrolments", "counts")
_CREATE = "CREATE TABLE IF NOT EXISTS enrolled (subject text PRIMARY KEY, enrolled int NOT NULL)"
_UPSERT = """
INSERT INTO enrolled SELECT * FROM unnest($1::text[], $2::int[])
ON CONFLICT (subject) DO UPDATE SET enrolled = excluded.enrolled
"""


@dataclass
class Job:
    """The app with its tables."""

    app: faust.App
    task: Task
    database: asyncpg.Connection | None
    tally: Tally
    changed: dict[str, int] = field(default_factory=dict)
    failure: BaseException | None = None

    def __post_init__(self) -> None:
        workers = self.app.topic("patuh.workers", key_serializer="raw", value_serializer="json")
        self.flags = self.app.topic("patuh.flags", key_serializer="raw", value_serializer="json")
        self.enrolments = self.app.Table(_TABLES[0], partitions=_PARTITIONS)
        self.counts = self.app.Table(_TABLES[1], default=int, partitions=_PARTITIONS)
        self.done = asyncio.Event()
        self.app.agent(workers)(self.handle)
        if self.database:
            self.app.timer(_EVERY_SECONDS)(self.write)

    async def handle(self, stream: Any) -> None:
        """The agent. Faust would start one that fails anew, for ever."""
        try:
            async for event in stream.events():
                await self._take(event)
        except Exception as error:
            self.failure = error
            self.done.set()

    async def write(self) -> None:
        """Bring what changed since the last time into PostgreSQL."""
        rows, self.changed = self.changed, {}
        if self.database and rows:
            await self.database.execute(_UPSERT, list(rows), list(rows.values()))

    async def _take(self, event: Any) -> None:
        if not self.tally.full:
            await self._handle(event.value)
            self.tally.take(event.message.partition)
        if self.tally.full:
            self.done.set()

    async def _handle(self, event: dict[str, Any]) -> None:
        subject, new = counts_for(event), enrolment(event)
        of_worker = f"{event['subject']}|{subject}"
        by = change(self.enrolments.get(of_worker), new)
        if by is not None:
            self.enrolments[of_worker] = new
        if by:
            await self._count(subject, by)

    async def _count(self, subject: str, by: int) -> None:
        before = self.counts[subject]
        after = before + by
        self.counts[subject] = self.changed[subject] = after
        if crosses(before, after, self.task.declared):
            flag = {"subject": subject, "enrolled": after, "short": after < self.task.declared}
            await self.flags.send(key=subject.encode(), value=flag)


async def run(task: Task) -> None:
    """Handle `task.events` events and report once all is sent, written and committed."""
    await _create_changelogs(task)
    database = await asyncpg.connect(task.dsn) if task.durable else None
    if database:
        await database.execute(_CREATE)
    job = Job(_app(task), task, database, Tally(task.events))
    job.app.finalize()
    await job.app.start()
    await job.app.wait(job.done)  # raises what the app crashes with
    if job.failure:
        raise job.failure
    await job.write()
    await job.app.producer.flush()
    await job.app.consumer.commit()
    found = job.tally.report()
    found.counts = dict(job.counts.items())
    found.say()
    await job.app.stop()


def _app(task: Task) -> faust.App:
    return faust.App(
        task.group,
        broker=f"kafka://{task.bootstrap}",
        datadir=task.folder,
        consumer_auto_offset_reset="earliest",
        topic_disable_leader=True,
        web_enabled=False,
        producer_linger=0.02,  # its default, 0, sends changelogs in batches of two or three
    )


async def _create_changelogs(task: Task) -> None:
    """Faust would make them itself, but then trips over a broker that is slow to tell of them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=task.bootstrap)
    await admin.start()
    config = {"cleanup.policy": "compact"}
    names = [f"{task.group}-{table}-changelog" for table in _TABLES]
    await admin.create_topics([NewTopic(name, _PARTITIONS, 1, topic_configs=config) for name in names])
    await admin.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(run(Task.given()))
