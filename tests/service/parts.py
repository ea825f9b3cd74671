"""A real Kafka for the whole run, services on it, and eyes on the topics."""

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from operator import not_
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

import services.registry
from patuh.embedded.kafka import KafkaNode
from patuh.embedded.postgres import PostgresNode
from patuh.replaying.reading import admin_of
from shared import bus, topics
from shared.dead_letters import Record
from shared.producer import Message
from shared.service import Service
from shared.settings import Settings

REGISTRY = Path(str(services.registry.__file__)).parent
_NODE = pytest.StashKey[KafkaNode]()
_numbers = count(1)


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> KafkaNode:
    """A Kafka broker: one for the whole run, whichever module asks first."""
    if _NODE not in pytestconfig.stash:
        node = KafkaNode(tmp_path_factory.mktemp("kafka"), heap_mb=384)
        node.start()
        pytestconfig.add_cleanup(node.stop)
        pytestconfig.stash[_NODE] = node
    return pytestconfig.stash[_NODE]


@contextmanager
def frozen(node: KafkaNode) -> Iterator[None]:
    """A Kafka that accepts connections and answers nobody."""
    assert node.child
    os.kill(node.child.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(node.child.pid, signal.SIGCONT)


@dataclass
class Stream:
    """Writes to the topics, and reads what came since it was opened."""

    bootstrap: str
    _consumer: AIOKafkaConsumer
    _from: dict[TopicPartition, int]

    async def send(self, messages: Sequence[Message]) -> None:
        """Write these messages as they are, acknowledged."""
        async with AIOKafkaProducer(
            bootstrap_servers=self.bootstrap, max_request_size=topics.LARGEST_MESSAGE
        ) as producer:
            for one in messages:
                await producer.send(one.topic, one.value, one.key, headers=one.headers)
            await producer.flush()

    async def count(self, topic: topics.Topic) -> int:
        """How many records came to a topic since the stream was opened."""
        return sum(end - self._from[partition] for partition, end in (await self._ends(topic)).items())

    def began(self, partition: TopicPartition) -> int:
        """Where a partition ended when the stream was opened."""
        return self._from[partition]

    async def new(self, topic: topics.Topic) -> list[Record]:
        """Every record of a topic since the stream was opened, by partition and offset."""
        ends = await self._ends(topic)
        self._consumer.assign([partition for partition, end in ends.items() if end > self._from[partition]])
        for partition in self._consumer.assignment():
            self._consumer.seek(partition, self._from[partition])
        found: list[Record] = []
        while len(found) < sum(end - self._from[partition] for partition, end in ends.items()):
            for records in (await self._consumer.getmany(timeout_ms=200)).values():
                found += records
        return sorted(found, key=lambda record: (record.partition, record.offset))

    async def _ends(self, topic: topics.Topic) -> dict[TopicPartition, int]:
        partitions = [partition for partition in self._from if partition.topic == topic.name]
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(partitions)
        return ends

    async def begin(self, group: str) -> None:
        """Let a consumer group that is not running get all since the stream was opened, and no more."""
        async with AIOKafkaConsumer(bootstrap_servers=self.bootstrap, group_id=group) as consumer:
            consumer.assign(list(self._from))
            await consumer.commit(self._from)

    async def committed(self, group: str, topic: topics.Topic) -> int:
        """How many messages of a topic the group has committed since the stream was opened."""
        async with admin_of(_settings(self.bootstrap)) as admin:
            offsets = await admin.list_consumer_group_offsets(group)
        return sum(at.offset - self._from[p] for p, at in offsets.items() if p.topic == topic.name)


def _settings(bootstrap: str) -> Settings:
    """Of somebody who needs no database."""
    return Settings(kafka_bootstrap_servers=bootstrap, database_url=SecretStr("postgresql://nowhere"))


@pytest.fixture
async def stream(kafka: KafkaNode) -> AsyncIterator[Stream]:
    """The topics from now on."""
    await bus.ensure_topics(_settings(kafka.bootstrap))
    partitions = [TopicPartition(t.name, number) for t in topics.ALL for number in range(t.partitions)]
    async with AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, fetch_max_wait_ms=20) as consumer:
        consumer.assign(partitions)  # else it learns of one topic after the other
        yield Stream(kafka.bootstrap, consumer, await consumer.end_offsets(partitions))


@dataclass
class Place:
    """A database and a consumer group that nobody used before, and services in them."""

    settings: Settings

    @property
    def group(self) -> str:
        """The consumer group of a service here."""
        return f"patuh-{self.settings.service}"

    def service(self, **changed: Any) -> Service:
        """Another process's service here, with the registry's tables."""
        return Service(self.settings.model_copy(update=changed), REGISTRY)


@pytest.fixture
async def place(kafka: KafkaNode, postgres: PostgresNode, stream: Stream) -> Place:
    """A place of a test's own."""
    name = f"part_{next(_numbers)}"
    postgres.create_databases([name])
    url = SecretStr(postgres.dsn(name))
    place = Place(Settings(service=name, kafka_bootstrap_servers=kafka.bootstrap, database_url=url))
    await stream.begin(place.group)
    database = place.service().database
    await database.migrate(REGISTRY / "migrations")
    await database.close()
    return place


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[AsyncClient]:
    """The service started as uvicorn would start it, and a client of its HTTP side."""
    app = service.app()
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://service") as client,
    ):
        yield client


async def rows(service: Service, sql: str) -> list[tuple[Any, ...]]:
    """Look into the service's tables."""
    async with service.database.transaction() as transaction:
        return [tuple(row) for row in await transaction.rows(sql)]


async def until(holds: Callable[[], Awaitable[object]], seconds: float = 60.0) -> None:
    """Return once it holds; RetryError when it does not within `seconds`."""
    waiting = AsyncRetrying(
        stop=stop_after_delay(seconds), wait=wait_fixed(0.05), retry=retry_if_result(not_)
    )

    async def ask() -> object:
        return await holds()

    await waiting(ask)
