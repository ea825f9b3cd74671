"""The producer of a service: keyed, acknowledged by all, idempotent, many messages at a time."""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaProducer
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
    return Message(
        topic or event.kind.topic.name, (key or event.subject).encode(), encode(event), list(HEADERS)
    )


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

        One `send` each: a batch call would put all of them on one partition, whatever their keys.
        """
        assert self._kafka is not None, "the producer is not started"
        waiting = [await self._kafka.send(m.topic, m.value, m.key, headers=m.headers) for m in messages]
        await asyncio.gather(*waiting)
        return len(waiting)
