"""The producer of a service: keyed, acknowledged by all, idempotent, many messages at a time."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from aiokafka.partitioner import murmur2
from aiokafka.producer.message_accumulator import BatchBuilder
from msgspec import Struct

from shared.events import Event, encode
from shared.events.envelope import HEADERS
from shared.settings import Settings
from shared.topics import LARGEST_MESSAGE


class Message(Struct, array_like=True, gc=False):
    """One Kafka message as it will be sent."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


def message(event: Event, key: str | None = None, topic: str | None = None) -> Message:
    """The message of an event on its type's topic (or `topic`), keyed by `key` or its subject."""
    return Message(topic or event.kind.topic.name, (key or event.subject).encode(), encode(event), HEADERS)


class Producer:
    """Publishes messages; it exists before the event loop, its connection from `start` on."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kafka: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect. Raises KafkaError."""
        self._kafka = AIOKafkaProducer(
            bootstrap_servers=self._settings.kafka_bootstrap_servers,
            client_id=self._settings.service,
            acks="all",
            enable_idempotence=self._settings.idempotent_producer,
            compression_type="lz4",
            max_batch_size=262_144,
            max_request_size=LARGEST_MESSAGE,
            linger_ms=2,
        )
        await self._kafka.start()

    async def stop(self) -> None:
        """Send what is left and disconnect."""
        if self._kafka is not None:
            await self._kafka.stop()

    async def publish(self, messages: Iterable[Message]) -> int:
        """Send each message by its own key and wait for all acknowledgements together. Raises KafkaError.

        They are put into batches here, by partition: one `send` each costs five times as much, and a batch
        call that is not told the partition puts all of them on one, whatever their keys.
        """
        partitions: dict[str, list[int]] = {}
        batches: dict[tuple[str, int], list[Message]] = defaultdict(list)
        for one in messages:
            if one.topic not in partitions:
                partitions[one.topic] = sorted(await self._connected.partitions_for(one.topic))
            batches[one.topic, _partition(one.key, partitions[one.topic])].append(one)
        await asyncio.gather(*(self._send(*place, batch) for place, batch in batches.items()))
        return sum(map(len, batches.values()))

    async def _send(self, topic: str, partition: int, messages: list[Message]) -> None:
        """Send the messages of one partition in their order, and wait until all are acknowledged."""
        waiting = []
        for batch in _batches(self._connected, messages):
            waiting.append(await self._connected.send_batch(batch, topic, partition=partition))
        await asyncio.gather(*waiting)

    @property
    def _connected(self) -> AIOKafkaProducer:
        assert self._kafka is not None, "the producer is not started"
        return self._kafka


def _batches(kafka: AIOKafkaProducer, messages: Iterable[Message]) -> Iterator[BatchBuilder]:
    """The messages in batches that are closed, so that none lingers for more. Raises KafkaError."""
    batch = kafka.create_batch()
    for one in messages:
        if len(one.value or b"") > LARGEST_MESSAGE:
            raise MessageSizeTooLargeError(f"a message of {len(one.value or b'')} bytes")
        if not _append(batch, one):
            batch.close()
            yield batch
            batch = kafka.create_batch()
            _append(batch, one)
    batch.close()
    yield batch


def _append(batch: BatchBuilder, one: Message) -> bool:
    """Whether there was room for it; there always is for the first."""
    added = batch.append(timestamp=None, key=one.key, value=one.value, headers=one.headers)
    return added is not None


def _partition(key: bytes | None, partitions: list[int]) -> int:
    """The partition that every Kafka client puts this key on; any, without a key."""
    return random.choice(partitions) if key is None else partitions[_hash(key) % len(partitions)]


@lru_cache(maxsize=65_536)  # a firm comes again with each of its workers, and the hash is in pure Python
def _hash(key: bytes) -> int:
    return int(murmur2(key)) & 0x7FFFFFFF
