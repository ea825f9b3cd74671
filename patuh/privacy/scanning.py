"""Reading topics from their beginning to where they end now, without a consumer group."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.dead_letters import Record
from shared.topics import LARGEST_MESSAGE, Topic

Tell = Callable[[int, int], None]
Offsets = Mapping[TopicPartition, int]
_AT_ONCE = 2000


def silent(_: int, __: int) -> None:
    """Tell nobody how far it is."""


async def scan(
    bootstrap: str, wanted: Iterable[Topic], tell: Tell = silent, since: Offsets | None = None
) -> AsyncIterator[list[Record]]:
    """Every record of these topics up to their present ends, some thousand at a time, in constant memory.

    `since`: the offsets to begin at; `tell` hears how many of how many were read. Raises KafkaError.
    """
    partitions = await _partitions(bootstrap, {topic.name for topic in wanted})
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, max_partition_fetch_bytes=LARGEST_MESSAGE
    ) as consumer:
        consumer.assign(partitions)
        begin, ends = await _range(consumer, partitions, since or {})
        left = {p for p in partitions if begin[p] < ends[p]}
        for partition in left:
            consumer.seek(partition, begin[partition])
        consumer.pause(*(set(partitions) - left))
        total = sum(ends[p] - begin[p] for p in left)
        while left:
            found = await consumer.getmany(timeout_ms=200, max_records=_AT_ONCE)
            left = {p for p in left if await consumer.position(p) < ends[p]}
            tell(total - sum([ends[p] - await consumer.position(p) for p in left]), total)
            if found:
                yield [record for records in found.values() for record in records]


async def _partitions(bootstrap: str, names: set[str]) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        known = names & set(await admin.list_topics())
        described = await admin.describe_topics(sorted(known)) if known else []
    finally:
        await admin.close()
    return [TopicPartition(t["topic"], p["partition"]) for t in described for p in t["partitions"]]


async def _range(
    consumer: AIOKafkaConsumer, partitions: list[TopicPartition], since: Offsets
) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
    first, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    return {p: max(first[p], since.get(p, 0)) for p in partitions}, ends
