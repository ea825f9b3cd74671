"""A fact under newer references: the same fact with an id of its own, and what takes the old back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from patuh.privacy.custody import SOURCE
from services.gateway.privacy import copy_id
from shared.dead_letters import Record
from shared.events import Event, encode, types
from shared.events.data import FactRetracted
from shared.events.envelope import HEADERS
from shared.ledger import Identity
from shared.producer import Message


@dataclass(frozen=True)
class Renamed:
    """A fact under newer references, the retraction of the older one, and the messages of both."""

    fact: Event
    old_id: str
    copy: Message
    retraction: Message


def rename(event: Event, record: Record, newer: Mapping[str, str], version: int, now: datetime) -> Renamed:
    """The fact under the references that `newer` gives for its older ones.

    Both are recorded `now`: as it was known before, the old fact stands.
    """
    changed: dict[str, Any] = {}
    employer, contractors = getattr(event.data, "employer", None), getattr(event.data, "contractors", None)
    if employer:
        changed["employer"] = _subject(employer, newer)
    if contractors:
        changed["contractors"] = [_subject(one, newer) for one in contractors]
    fact = Event(
        event.kind,
        copy_id(event.id, version),
        event.source,
        _subject(event.subject, newer),
        event.time,
        replace(event.data, **changed) if changed else event.data,
        event.correlationid,
        now,
    )
    key = (record.key or event.subject.encode()).decode()
    copy = Message(record.topic, _subject(key, newer).encode(), encode(fact), list(HEADERS))
    return Renamed(fact, event.id, copy, _retraction(event, record, version, now))


def _subject(subject: str, newer: Mapping[str, str]) -> str:
    kind, reference = subject[:-40], subject[-40:]
    return kind + newer.get(reference, reference) if kind in ("worker:", "employer:person-") else subject


def _retraction(event: Event, record: Record, version: int, now: datetime) -> Message:
    reason = f"the same fact under a newer reference: {copy_id(event.id, version)}"
    data = FactRetracted(source=event.source, id=event.id, reason=reason[:500])
    name = f"{_prefix(version)}{event.source}:{event.id}"
    said = Event(types.FACT_RETRACTED, name, SOURCE, event.subject, event.time, data, None, now)
    return Message(record.topic, record.key, encode(said), list(HEADERS))


def _prefix(version: int) -> str:
    return f"rekey:{version}:"


def taken_back(event: Event, version: int) -> Identity | None:
    """The fact that a retraction takes back, unless it is one of the present re-keying's own."""
    data = event.data
    if not isinstance(data, FactRetracted):
        return None
    ours = event.source == SOURCE and event.id.startswith(_prefix(version))
    return None if ours else (data.source, data.id)
