"""The messages of the AsyncAPI documents: payload, headers in both modes, and key of every event type."""

import json
from pathlib import Path
from typing import Any

from shared import topics
from shared.events import EventType
from shared.events.schemas import urn, version
from shared.topics import Topic

_GOLDEN = Path(__file__).parents[2] / "schemas" / "golden"
_KEYS = {
    topics.WORKERS.name: "the employer's subject (own-account workers: the worker's)",
    topics.ALERTS.name: "the case's id",
    topics.DEAD_LETTERS.name: "the key of the original message",
}
_SUBJECT = {"type": "string", "maxLength": 140, "examples": ["employer:0012345674405000"]}
_NAME = {"type": "string", "minLength": 1}
COMPONENTS: dict[str, Any] = {
    "schemas": {
        "CloudEvent": {
            "type": "object",
            "description": "CloudEvents 1.0. Duplicate means the same `source` and `id`.",
            "properties": {
                "specversion": {"const": "1.0"},
                "id": _NAME,
                "source": {"type": "string", "format": "uri-reference", "minLength": 1},
                "type": _NAME,
                "subject": _SUBJECT,
                "time": {"type": "string", "format": "date-time", "description": "The sender's, never ours."},
                "datacontenttype": {"type": "string", "const": "application/json"},
                "dataschema": {"type": "string", "format": "uri"},
                "correlationid": {"type": "string"},
                "recordedtime": {"type": "string", "format": "date-time", "description": "When we took it."},
                "data": {"type": "object"},
            },
            "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
        },
        "Structured": {
            "type": "object",
            "description": "The header of structured mode, in which Patuh writes.",
            "properties": {"content-type": {"type": "string", "const": "application/cloudevents+json"}},
            "required": ["content-type"],
        },
        "Binary": {
            "type": "object",
            "description": "The headers of binary mode, which is read too; the value is the data alone.",
            "properties": {
                "content-type": {"type": "string", "const": "application/json"},
                "ce_specversion": {"type": "string", "const": "1.0"},
                "ce_id": _NAME,
                "ce_source": _NAME,
                "ce_type": _NAME,
                "ce_subject": _NAME,
                "ce_time": {"type": "string", "format": "date-time"},
            },
            "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time"],
        },
    }
}
_HEADERS = {"oneOf": [{"$ref": f"#/components/schemas/{mode}"} for mode in ("Structured", "Binary")]}
# What shared/dead_letters.py adds to the headers of the original.
_LETTER_HEADERS = {
    f"patuh-{name}": {"type": "string", "description": told}
    for name, told in (
        ("field", "What broke a rule."),
        ("rule", "The rule it broke; never the value."),
        ("service", "Who refused it."),
        ("topic", "Where it lay."),
        ("partition", "In which partition."),
        ("offset", "At which offset."),
        ("attempts", "How often it was refused, from 1."),
    )
}


def key_of(topic: Topic) -> str:
    """What the messages of a topic are keyed by, in words."""
    return _KEYS.get(topic.name, "the subject of the event")


def message(kind: EventType, topic: Topic) -> dict[str, Any]:
    """The message of an event type on a topic."""
    data = f"../{kind.short}/{version(kind)}.json"
    said = {"type": {"type": "string", "const": kind.name}, "data": {"$ref": data}}
    return {
        "name": kind.name,
        "title": kind.short,
        "summary": f"Schema of the data: {urn(kind)}",
        "contentType": "application/cloudevents+json",
        "headers": _HEADERS,
        "payload": {
            "allOf": [{"$ref": "#/components/schemas/CloudEvent"}, {"type": "object", "properties": said}]
        },
        "bindings": {"kafka": _keyed(topic)},
        "examples": [{"name": kind.short, "payload": _example(kind)}],
    }


def dead_letter() -> dict[str, Any]:
    """A message that a service refused: the original bytes and headers, and why."""
    return {
        "name": "dead-letter",
        "title": "dead letter",
        "summary": "The original key, value and headers, with the reason in headers of ours.",
        "contentType": "application/octet-stream",
        "headers": {"type": "object", "properties": _LETTER_HEADERS, "required": list(_LETTER_HEADERS)},
        "payload": {"description": "The bytes of the original message, whatever they are."},
        "bindings": {"kafka": _keyed(topics.DEAD_LETTERS)},
    }


def _keyed(topic: Topic) -> dict[str, Any]:
    key = {"type": "string", "description": f"UTF-8: {key_of(topic)}."}
    return {"key": key, "bindingVersion": "0.5.0"}


def _example(kind: EventType) -> Any:
    """A golden event: as it lies on the topic, with references in place of numbers of persons."""
    golden = _GOLDEN / kind.short / version(kind) / "full.json"
    return json.loads(golden.read_text())
