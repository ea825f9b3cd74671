"""Dead letters: the original bytes and headers, and why, by whom and from where they were refused."""

from typing import Any, TypeAlias

from aiokafka import ConsumerRecord

from shared import topics
from shared.events import BadEvent
from shared.producer import Message

PREFIX = "patuh-"
ATTEMPTS = PREFIX + "attempts"
Record: TypeAlias = ConsumerRecord[Any, Any]


def attempts(headers: list[tuple[str, bytes | None]]) -> int:
    """How often the message was refused before (it may have been redriven)."""
    said = dict(headers).get(ATTEMPTS) or b""
    return int(said) if said.isdigit() and len(said) < 10 else 0


def dead_letter(record: Record, error: BadEvent, service: str) -> Message:
    """The dead letter of a record."""
    headers = list(record.headers)
    reason = {
        "field": error.field,
        "rule": error.rule,
        "service": service,
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "attempts": str(attempts(headers) + 1),
    }
    kept = [(name, value) for name, value in headers if not name.startswith(PREFIX)]
    added = [(PREFIX + name, value.encode()) for name, value in reason.items()]
    return Message(topics.DEAD_LETTERS.name, record.key, record.value, kept + added)
