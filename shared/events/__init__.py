"""Events: names and data (`types`, `data`), the CloudEvents envelope (`envelope`), its ways (`modes`)."""

from shared.events.checks import BadEvent
from shared.events.envelope import Event, digest, encode, parse
from shared.events.modes import decode
from shared.events.types import EventType

__all__ = ["BadEvent", "Event", "EventType", "decode", "digest", "encode", "parse"]
