"""Reading the topics of a service again, exactly as far as its live consumer group has committed.

Stopping there and nowhere else is what makes the exchange safe: the group's offsets stay as they are, every
record beyond them is handled once, by the service on its new database, and what it announces goes out then.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from patuh.replaying.databases import CannotRebuildError
from shared.consuming import BatchConsumer
from shared.pipeline import MOST_IN_A_BATCH
from shared.settings import Settings
from shared.topics import Topic

Offsets = dict[TopicPartition, int]
Tell = Callable[[int, int], None]
# A sender's clock may be a little behind the broker's, and the gateway notes the time before it sends.
_CLOCKS = timedelta(hours=1)


@dataclass
class Reader:
    """Hands records to `batches` in order; `next` is where each partition goes on, `first` where it began."""

    consumer: AIOKafkaConsumer
    batches: BatchConsumer
    settings: Settings
    first: Offsets = field(default_factory=dict)
    next: Offsets = field(default_factory=dict)

    async def begin(self, sources: Sequence[Topic], time: datetime | None) -> None:
        """Take all partitions of these topics from their beginning, or from `time` on.

        Raises CannotRebuildError when a topic that must be whole has lost its oldest messages.
        """
        partitions = await self._partitions([topic.name for topic in sources])
        self.consumer.assign(partitions)
        self.first = await self.consumer.beginning_offsets(partitions)
        if time:
            self.first = await self._from(partitions, time)
        else:
            _must_be_whole(
                self.first, {t.name for t in sources if t.config.get("cleanup.policy") != "compact"}
            )
        self.next = dict(self.first)

    async def _partitions(self, names: list[str]) -> list[TopicPartition]:
        async with admin_of(self.settings) as admin:
            found = await admin.describe_topics(names)
        return [TopicPartition(t["topic"], p["partition"]) for t in found for p in t["partitions"]]

    async def _from(self, partitions: list[TopicPartition], time: datetime) -> Offsets:
        asked = int((time - _CLOCKS).timestamp() * 1000)
        found = await self.consumer.offsets_for_times(dict.fromkeys(partitions, asked))
        ends = await self.consumer.end_offsets(partitions)
        return {p: at.offset if (at := found.get(p)) else ends[p] for p in partitions}

    async def read_to(self, targets: Offsets, tell: Tell) -> None:
        """Hand over everything below these offsets; `tell` hears how many messages are done, of how many."""
        left = {p for p, target in targets.items() if p in self.next and self.next[p] < target}
        for partition in self.next:
            self._stand(partition, going=partition in left)
        total = sum(max(0, targets.get(p, 0) - first) for p, first in self.first.items())
        most = self.settings.batch_records or MOST_IN_A_BATCH
        while left:
            for partition, records in (await self.consumer.getmany(timeout_ms=500, max_records=most)).items():
                wanted = [r for r in records if r.offset < targets[partition]]
                if wanted:
                    await self.batches.consume(_NoGroup(), wanted)
                # A compacted topic has gaps: the first record beyond shows that there is no more below.
                beyond = len(wanted) < len(records)
                self.next[partition] = targets[partition] if beyond else records[-1].offset + 1
                if self.next[partition] >= targets[partition]:
                    left.discard(partition)
                    self._stand(partition, going=False)
            tell(sum(at - self.first[p] for p, at in self.next.items()), total)

    def _stand(self, partition: TopicPartition, going: bool) -> None:
        self.consumer.seek(partition, self.next[partition])
        if going:
            self.consumer.resume(partition)
        else:
            self.consumer.pause(partition)


def _must_be_whole(first: Offsets, names: set[str]) -> None:
    for partition, offset in first.items():
        if offset and partition.topic in names:
            raise CannotRebuildError(
                f"{partition.topic} (partition {partition.partition}) begins at {offset}: its oldest "
                "messages are gone, and a database rebuilt from it would lack them"
            )


class _NoGroup:
    """Stands for a consumer without partitions to commit: a rebuild leaves no offsets behind."""

    def assignment(self) -> set[TopicPartition]:
        return set()


@asynccontextmanager
async def consumer_of(settings: Settings, group: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that takes its partitions by hand and commits nothing: the broker never hears of `group`.

    Raises KafkaError.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        group_id=group,  # aiokafka cannot end a consumer of no group that has just begun
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=100,
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def committed(settings: Settings, group: str, partitions: Sequence[TopicPartition]) -> Offsets:
    """How far a group has committed; 0 where it has not."""
    async with admin_of(settings) as admin:
        found = await admin.list_consumer_group_offsets(group, partitions=list(partitions))
        return {p: max(0, at.offset) for p, at in found.items()}


@asynccontextmanager
async def admin_of(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Questions about topics and groups. Raises KafkaError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()
