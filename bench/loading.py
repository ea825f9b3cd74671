"""Puts a workload on its topics, keyed as the gateway keys it, and empties topics between runs."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from tenacity import retry, retry_if_result, wait_fixed

from bench.measuring import BenchFailedError
from bench.workload import Workload
from patuh.nation.writing import to_message as to_message  # the timetable sends one by one
from patuh.replaying.reading import admin_of, committed
from shared import bus, topics
from shared.events import Event
from shared.producer import Producer
from shared.settings import Settings
from shared.topics import Topic

_AT_ONCE = 5_000


class _HasId(msgspec.Struct):
    id: str


_ID = msgspec.json.Decoder(_HasId)
_OUTPUT = (topics.COVERAGE, topics.FLAGS, topics.ALERTS, topics.DEAD_LETTERS)


async def load(settings: Settings, workload: Workload) -> None:
    """Create the topics and publish the profiles and the worker events. Raises KafkaError."""
    await bus.ensure_topics(settings)
    await publish(settings, chain(workload.profiles(), workload.worker_events()))


async def publish(settings: Settings, events: Iterable[Event]) -> None:
    """Put events on their topics, acknowledged. Raises KafkaError."""
    producer = Producer(settings)
    await producer.start()
    messages = map(to_message, events)
    try:
        while await producer.publish(islice(messages, _AT_ONCE)):
            pass
    finally:
        await producer.stop()


async def empty_output(settings: Settings) -> None:
    """Make the topics that a run writes anew: the next run must not read what the last one said."""
    await empty(settings, _OUTPUT)


async def empty(settings: Settings, emptied: Sequence[Topic]) -> None:
    """Make topics anew. Raises KafkaError."""
    names = {topic.name for topic in emptied}
    async with admin_of(settings) as admin:
        await admin.delete_topics(sorted(names & set(await admin.list_topics())))
        await _gone(admin, names)
    await bus.ensure_topics(settings, emptied)


@retry(retry=retry_if_result(bool), wait=wait_fixed(0.1))
async def _gone(admin: AIOKafkaAdminClient, names: set[str]) -> set[str]:
    return names & set(await admin.list_topics())


async def messages_on(settings: Settings, topic: Topic) -> int:
    """How many messages were ever put on a topic. Raises KafkaError."""
    async with AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap_servers) as consumer:
        ends = await consumer.end_offsets(list(_partitions(topic)))
    return sum(ends.values())


async def left(settings: Settings, group: str, read: Sequence[Topic]) -> int:
    """How many messages of these topics a consumer group has not committed yet. Raises KafkaError."""
    places = [place for topic in read for place in _partitions(topic)]
    done = sum((await committed(settings, group, places)).values())
    return sum([await messages_on(settings, topic) for topic in read]) - done


def check_no_dead_letters(settings: Settings) -> None:
    """Raises BenchFailedError when there are any: then something was not worked off but put aside."""
    if refused := asyncio.run(messages_on(settings, topics.DEAD_LETTERS)):
        raise BenchFailedError(f"{refused} messages went to the dead letters")


async def first_ids(settings: Settings, topic: Topic, taken: Mapping[int, int]) -> set[str]:
    """The ids of the first events of each partition, as many as are `taken` of it. Raises KafkaError."""
    ends = {TopicPartition(topic.name, partition): events for partition, events in taken.items()}
    return {_ID.decode(record.value).id async for record in _read(settings, ends)}


async def newest(settings: Settings, topic: Topic) -> dict[str, bytes]:
    """The last message of each key on a topic. Raises KafkaError."""
    async with AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap_servers) as consumer:
        ends = await consumer.end_offsets(list(_partitions(topic)))
    return {record.key.decode(): record.value async for record in _read(settings, ends)}


async def _read(settings: Settings, ends: Mapping[TopicPartition, int]) -> AsyncIterator[ConsumerRecord]:
    """Every message before these offsets, each partition from its beginning."""
    async with AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap_servers, auto_offset_reset="earliest"
    ) as consumer:
        for partition, end in ends.items():
            consumer.assign([partition])
            while await consumer.position(partition) < end:
                for record in (await consumer.getmany(timeout_ms=1_000)).get(partition, []):
                    if record.offset < end:
                        yield record


def _partitions(topic: Topic) -> Iterator[TopicPartition]:
    return (TopicPartition(topic.name, number) for number in range(topic.partitions))
