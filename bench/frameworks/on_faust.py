"""The job on Faust (faust-streaming): an agent and two tables in its default store, memory, with changelog topics.

A table in memory is faster than one in RocksDB. Durable: the agent takes up to 1,000 events at once, as the
manual advises for databases, and upserts the counts they changed with asyncpg before it goes on.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import asyncpg
import faust  # type: ignore[import-not-found]

from bench.frameworks.job import Tally, Task, change, counts_for, crosses, enrolment

_PARTITIONS, _AT_ONCE, _WITHIN_SECONDS = 8, 1_000, 0.1
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
    tally: Tally

    def __post_init__(self) -> None:
        self.workers = self.app.topic("patuh.workers", key_serializer="raw", value_serializer="json")
        self.flags = self.app.topic("patuh.flags", key_serializer="raw", value_serializer="json")
        self.enrolments = self.app.Table("enrolments", partitions=_PARTITIONS)
        self.counts = self.app.Table("counts", default=int, partitions=_PARTITIONS)
        self.done = asyncio.Event()
        self.app.agent(self.workers)(self.in_batches if self.task.durable else self.one_by_one)

    async def one_by_one(self, stream: Any) -> None:
        """State in Faust only."""
        async for event in stream.events():
            if not self.tally.full:
                await self._handle(event)
            if self.tally.full:
                self.done.set()

    async def in_batches(self, stream: Any) -> None:
        """The counts in PostgreSQL too."""
        connection = await asyncpg.connect(self.task.dsn)
        await connection.execute(_CREATE)
        async for events in stream.take_events(_AT_ONCE, within=_WITHIN_SECONDS):
            handled = [await self._handle(event) for event in events if not self.tally.full]
            changed = {subject for subject in handled if subject}
            await connection.execute(_UPSERT, *self._columns(changed))
            if self.tally.full:
                self.done.set()

    async def _handle(self, event: Any) -> str | None:
        """The subject whose count changed."""
        said, partition = event.value, event.message.partition
        subject, new = counts_for(said), enrolment(said)
        of_worker = f"{said['subject']}|{subject}"
        by = change(self.enrolments.get(of_worker), new)
        if by is not None:
            self.enrolments[of_worker] = new
        if by:
            await self._count(subject, by)
        self.tally.take(partition)
        return subject if by else None

    async def _count(self, subject: str, by: int) -> None:
        before = self.counts[subject]
        after = before + by
        self.counts[subject] = after
        if crosses(before, after, self.task.declared):
            flag = {"subject": subject, "enrolled": after, "short": after < self.task.declared}
            await self.flags.send(key=subject.encode(), value=flag)

    def _columns(self, subjects: Iterable[str]) -> tuple[list[str], list[int]]:
        rows = sorted((subject, self.counts[subject]) for subject in subjects)
        return [subject for subject, _ in rows], [count for _, count in rows]


async def run(task: Task) -> None:
    """Handle `task.events` events and report once all is sent and committed."""
    app = faust.App(
        task.group,
        broker=f"kafka://{task.bootstrap}",
        datadir=task.folder,
        consumer_auto_offset_reset="earliest",
        topic_disable_leader=True,
        web_enabled=False,
    )
    job = Job(app, task, Tally(task.events))
    app.finalize()
    await app.start()
    await job.done.wait()
    await app.producer.flush()
    await app.consumer.commit()
    found = job.tally.report()
    found.counts = dict(job.counts.items())
    found.say()
    await app.stop()


if __name__ == "__main__":
    asyncio.run(run(Task.given()))
