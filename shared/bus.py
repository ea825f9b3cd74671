"""Kafka as the services use it: a FastStream broker, batch subscriptions, the topics.

FastStream's own decoding is bypassed (`_as_it_is`): it would parse every record into a message of
its own, which costs five times what our typed decode does, and a header that is not UTF-8 would
stop the whole batch before any policy of ours could look at it.
"""

from collections.abc import Sequence
from typing import Any

from aiokafka import ConsumerRebalanceListener
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER

from shared import topics
from shared.dead_letters import Record
from shared.pipeline import Pipeline
from shared.settings import Settings
from shared.topics import Topic

_LONGEST_BATCH_MS = 3_600_000


def make_broker(settings: Settings) -> KafkaBroker:
    """The broker of a service. No per-message log lines: they halve the rate."""
    return KafkaBroker(
        settings.kafka_bootstrap_servers, client_id=settings.service, logger=None, graceful_timeout=25
    )


async def _as_it_is(records: tuple[Record, ...]) -> KafkaMessage:
    return KafkaMessage(raw_message=records, body=b"", consumer=FAKE_CONSUMER)


async def _raw(message: KafkaMessage) -> Any:
    return message.raw_message


def subscribe(
    broker: KafkaBroker,
    settings: Settings,
    pipeline: Pipeline,
    listener: ConsumerRebalanceListener,
    *sources: Topic,
) -> Any:
    """Offer all records of these topics to `pipeline`, in order, in the service's group.

    Returns FastStream's subscriber; its `consumer` exists once the broker is started.
    """
    subscriber = broker.subscriber(
        *[topic.name for topic in sources],
        group_id=f"patuh-{settings.service}",
        batch=True,
        max_records=pipeline.chunk,
        # Waited for as long again, deaf, after each time nothing came.
        batch_timeout_ms=20,
        fetch_max_wait_ms=100,
        auto_offset_reset="earliest",
        max_poll_interval_ms=_LONGEST_BATCH_MS,
        # Offsets are committed by the pipeline, exactly and only after the transaction.
        ack_policy=AckPolicy.MANUAL,
        parser=_as_it_is,
        decoder=_raw,
        no_reply=True,
        listener=listener,
    )

    @subscriber
    async def on_records(records: Any) -> None:
        await pipeline.offer(subscriber.consumer, records)

    return subscriber


async def ensure_topics(settings: Settings, wanted: Sequence[Topic] = topics.ALL) -> None:
    """Create the topics that do not exist yet, with their settings."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    await admin.start()
    try:
        new = [NewTopic(t.name, t.partitions, settings.replication, topic_configs=t.config) for t in wanted]
        answer = await admin.create_topics(new)
        for _, code, *_ in answer.topic_errors:
            if code and for_code(code) is not TopicAlreadyExistsError:
                raise for_code(code)
    finally:
        await admin.close()
