"""Events: names and data (`types`, `data`) and the CloudEvents envelope (`envelope`)."""

from shared.events.checks import BadEvent
from shared.events.envelope import Event, decode, digest, encode, parse
from shared.events.types import EventType

__all__ = ["BadEvent", "Event", "EventType", "decode", "digest", "encode", "parse"]
