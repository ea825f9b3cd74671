"""AsyncAPI 3.0 of one service: what FastStream knows of it, completed from the topics and the event types.

FastStream knows what is subscribed to and under which group. Keys, headers, payloads, retention and what is
sent are said in `shared/topics.py`, `shared/events/types.py` and below.
"""

from collections.abc import Iterable
from typing import Any

from faststream.specification import AsyncAPI

from patuh.contracts.messages import COMPONENTS, dead_letter, key_of, message
from patuh.contracts.wiring import Wired
from shared import topics
from shared.events import EventType, types
from shared.events.schemas import version
from shared.topics import Topic

_BINDING = "0.5.0"
_TAGS = {topics.COVERAGE.name: "state", topics.FLAGS.name: "flags", topics.ALERTS.name: "alerts"}
_TAGS |= dict.fromkeys((topic.name for topic in topics.FACTS), "facts") | {
    topics.DEAD_LETTERS.name: "operations"
}
# Whoever consumes also writes dead letters: shared/consuming.py.
_SENT = {
    "gateway": topics.FACTS,
    "registry": (topics.COVERAGE, topics.DEAD_LETTERS),
    "employer": (topics.FLAGS, topics.DEAD_LETTERS),
    "notifier": (topics.ALERTS, topics.DEAD_LETTERS),
    "console": (topics.DEAD_LETTERS,),
}
# Read by a consumer of its own, of which FastStream knows nothing: services/console/letters.py.
_READ_BESIDE = {"console": {topics.DEAD_LETTERS.name: "patuh-console-dead-letters"}}
_WHY = {
    "send": "Publishes on `{topic}`, acknowledged by all replicas, idempotent; keyed by {key}.",
    "receive": "Reads `{topic}` as group `{group}`, at least once, from the earliest; a message that is no "
    "event goes to the dead letters with its bytes and the reason.",
}
Document = dict[str, Any]


def document(one: Wired) -> Document:
    """The document of a service, from its own point of view."""
    known = AsyncAPI(one.service.broker, title=f"Patuh {one.name}", version="1", schema_version="3.0.0")
    base: Document = known.to_specification().to_jsonable()
    received = _groups(one) | _READ_BESIDE.get(one.name, {})
    sent = _SENT[one.name]
    used = [topic for topic in topics.ALL if topic.name in received or topic in sent]
    operations = dict(map(_sending, sent)) | dict(
        _receiving(t, received[t.name]) for t in used if t.name in received
    )
    return {
        "asyncapi": base["asyncapi"],
        "id": f"urn:patuh:service:{one.name}",
        "info": base["info"] | _info(one),
        "defaultContentType": "application/cloudevents+json",
        "servers": {"kafka": _SERVER},
        "channels": {_id(topic): _channel(topic) for topic in used},
        "operations": operations,
        "components": COMPONENTS,
    }


def _groups(one: Wired) -> dict[str, str]:
    """What FastStream subscribes to: the group of each topic."""
    subscribers: Iterable[Any] = one.service.broker.subscribers
    return {topic.name: each.group_id for each in subscribers for topic in each.topics}


def _info(one: Wired) -> Document:
    about = one.about.replace("{", "(").replace("}", ")")
    return {
        "description": f"{about} CloudEvents 1.0: both Kafka modes are read, structured mode is written.",
        "contact": {"name": "The maintainers of Patuh", "url": "https://patuh.example.id"},
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        "tags": [{"name": name} for name in ("bpjs-ketenagakerjaan", "compliance", one.name)],
    }


_SERVER = {
    "host": "{bootstrap}",
    "protocol": "kafka-secure",
    "description": "Reached directly only with SASL and an ACL for the topic; agencies use HTTP.",
    "variables": {"bootstrap": {"description": "KAFKA_BOOTSTRAP_SERVERS", "default": "127.0.0.1:9092"}},
}


def _id(topic: Topic) -> str:
    return topic.name.removeprefix("patuh.")


def _channel(topic: Topic) -> Document:
    return {
        "address": topic.name,
        "description": f"Keyed by {key_of(topic)}. {_kept(topic)}",
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": _messages(topic),
        "tags": [{"name": _TAGS[topic.name]}],
        "bindings": {"kafka": _topic_binding(topic)},
    }


def _kept(topic: Topic) -> str:
    if topic.config["cleanup.policy"] == "compact":
        return "Compacted: the last message of a key is the whole state."
    return "Kept for ever."


def _topic_binding(topic: Topic) -> Document:
    config: Document = {
        name: ([value] if name == "cleanup.policy" else int(value))
        for name, value in topic.config.items()
        if name in ("cleanup.policy", "retention.ms", "max.message.bytes")
    }
    rest = {name: value for name, value in topic.config.items() if name not in config}
    told = {"topic": topic.name, "partitions": topic.partitions, "topicConfiguration": config}
    return told | ({"x-configuration": rest} if rest else {}) | {"bindingVersion": _BINDING}


def on(topic: Topic) -> list[EventType]:
    """The event types that travel on a topic. A retraction travels on that of the fact it takes back."""
    found = [kind for kind in types.ALL.values() if kind.topic is topic]
    retracted = topic in topics.FACTS and types.FACT_RETRACTED not in found
    return [*found, types.FACT_RETRACTED] if retracted else found


def _messages(topic: Topic) -> Document:
    if topic is topics.DEAD_LETTERS:
        return {"dead-letter": dead_letter()}
    return {f"{kind.short}.{version(kind)}": message(kind, topic) for kind in on(topic)}


def _sending(topic: Topic) -> tuple[str, Document]:
    told = _WHY["send"].format(topic=topic.name, key=key_of(topic))
    return f"send-{_id(topic)}", _operation("send", topic, told)


def _receiving(topic: Topic, group: str) -> tuple[str, Document]:
    told = _WHY["receive"].format(topic=topic.name, group=group)
    binding = {"groupId": {"type": "string", "const": group}, "bindingVersion": _BINDING}
    return f"receive-{_id(topic)}", _operation("receive", topic, told) | {"bindings": {"kafka": binding}}


def _operation(action: str, topic: Topic, told: str) -> Document:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{_id(topic)}"},
        "summary": told.partition(", ")[0],
        "description": told,
        "messages": [{"$ref": f"#/channels/{_id(topic)}/messages/{name}"} for name in _messages(topic)],
    }
