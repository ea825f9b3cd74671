"""Writes events as they are made: lines of a file, or messages on the topics."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import BinaryIO, Literal

import msgspec
from msgspec import Raw

from shared import bus
from shared.events import Event, encode
from shared.events.data import WorkerIncidentReported, WorkerRegistered, WorkerUnregistered
from shared.producer import Message, Producer, message
from shared.settings import Settings
from shared.topics import FACTS

Format = Literal["jsonl", "kafka"]
Step = Callable[[int], None]
_AT_ONCE = 5_000


def to_message(event: Event) -> Message:
    """The message of an event, keyed as the gateway keys it."""
    data = event.data
    about_worker = isinstance(data, WorkerRegistered | WorkerUnregistered | WorkerIncidentReported)
    return message(event, data.employer if about_worker else None)  # type: ignore[attr-defined]


def lines(events: Iterable[Event], form: Format) -> Iterator[bytes]:
    """CloudEvents as JSON Lines; `kafka`: each with the topic and the key it belongs under."""
    for event in events:
        yield (encode(event) if form == "jsonl" else _with_place(to_message(event))) + b"\n"


def _with_place(one: Message) -> bytes:
    key = one.key.decode() if one.key else None
    return msgspec.json.encode({"topic": one.topic, "key": key, "value": Raw(one.value or b"null")})


def write(events: Iterable[Event], file: BinaryIO, form: Format, step: Step) -> int:
    """Write the lines; how many. `step` hears the number written so far. Raises OSError."""
    written, pending = 0, lines(events, form)
    while some := list(islice(pending, _AT_ONCE)):
        file.writelines(some)
        written += len(some)
        step(written)
    return written


def publish(events: Iterable[Event], settings: Settings, step: Step) -> int:
    """Put the events on the topics of facts, acknowledged; how many. Raises KafkaError."""
    return asyncio.run(_publish(map(to_message, events), settings, step))


async def _publish(messages: Iterator[Message], settings: Settings, step: Step) -> int:
    await bus.ensure_topics(settings, FACTS)
    producer, written = Producer(settings), 0
    await producer.start()
    try:
        while sent := await producer.publish(islice(messages, _AT_ONCE)):
            written += sent
            step(written)
    finally:
        await producer.stop()
    return written
