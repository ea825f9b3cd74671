"""The CloudEvents 1.0 envelope on Kafka: both modes are read, structured mode is written.

Structured mode costs one header instead of eight and one typed decode (docs/decisions/0002).
"""

import hashlib
import struct
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from shared.events import types
from shared.events.checks import BadEvent, check, check_time
from shared.events.data import Data
from shared.events.media import from_base64, is_json
from shared.events.types import EventType
from shared.identifiers import InvalidIdentifier

CONTENT_TYPE = "application/cloudevents+json"
HEADERS: list[tuple[str, bytes | None]] = [("content-type", CONTENT_TYPE.encode())]
Instant = Annotated[datetime, Meta(tz=True)]
# Decoding JSON that is nested without end is a RecursionError.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Envelope(Struct, gc=False, omit_defaults=True, kw_only=True):
    """The attributes of an event with its data still encoded: what CloudEvents requires, and not yet what
    we require beside it. `time` is the sender's, never ours.
    """

    specversion: str
    id: str
    source: str
    type: str
    subject: str | None = None
    time: Instant | None = None
    datacontenttype: str | None = None
    correlationid: str | None = None
    recordedtime: Instant | None = None
    data: Raw | UnsetType = UNSET
    data_base64: str | UnsetType = UNSET


class Event(Struct, gc=False, frozen=True):
    """A decoded event: `kind` tells how to read `data`; (`time`, `source`, `id`) is its rank."""

    kind: EventType
    id: str
    source: str
    subject: str
    time: datetime
    data: Data
    correlationid: str | None = None
    recordedtime: datetime | None = None

    @property
    def rank(self) -> tuple[datetime, str, str]:
        """The order in which facts about one thing override each other (design 5.2)."""
        return (self.time, self.source, self.id)


_envelopes = msgspec.json.Decoder(Envelope)
_data = {name: msgspec.json.Decoder(kind.data) for name, kind in types.ALL.items()}
_encoder = msgspec.json.Encoder()
_SIGNED = struct.Struct(">q")


def field_and_rule(error: msgspec.ValidationError) -> tuple[str, str]:
    """Split a msgspec message into the field it is about and the rule it states."""
    rule, _, path = str(error).partition(" - at `$")
    if rule.startswith("Invalid enum value"):
        # msgspec repeats the value, which may be anything, also a person's number.
        rule = "is none of the allowed values"
    return (path.rstrip("`").lstrip(".") or "event"), rule


def structured(value: bytes) -> Envelope:
    """The attributes of an event in structured mode. Raises BadEvent."""
    try:
        return _envelopes.decode(value)
    except msgspec.ValidationError as error:
        raise BadEvent(*field_and_rule(error)) from error
    except UNREADABLE as error:
        raise BadEvent("event", f"not JSON: {error}") from error


def from_envelope(envelope: Envelope) -> Event:
    """Decode the data by its type and check the subject. Raises BadEvent."""
    kind = types.ALL.get(envelope.type)
    if kind is None:
        raise BadEvent("type", "unknown event type")
    if envelope.specversion != "1.0":
        raise BadEvent("specversion", "must be 1.0")
    if envelope.time is None:
        raise BadEvent("time", "required: time, with zone, as its sender said it")
    check_attributes(kind, envelope.id, envelope.source, envelope.subject)
    check_time(envelope.time)
    data = decode_data(envelope.type, _payload(envelope))
    check(data)
    return Event(
        kind,
        envelope.id,
        envelope.source,
        envelope.subject or "",
        envelope.time,
        data,
        envelope.correlationid,
        envelope.recordedtime,
    )


def check_attributes(kind: EventType, name: str, source: str, subject: str | None) -> None:
    """Raise BadEvent when the `id` (`name`), the source or the subject of an event cannot be."""
    if not name or not source:
        raise BadEvent("id" if not name else "source", "must not be empty")
    # PostgreSQL stores no NUL: said here, once, it is a clear error and never a failed batch.
    if "\x00" in name or "\x00" in source:
        raise BadEvent("id", "must not contain NUL")
    if subject is None:
        raise BadEvent("subject", "required: subject")
    if kind.check_subject is None:
        return
    try:
        kind.check_subject(subject)
    except InvalidIdentifier as error:
        raise BadEvent("subject", error.rule) from error


def _payload(envelope: Envelope) -> Raw | bytes:
    media = envelope.datacontenttype
    if media is not None and media != "application/json" and not is_json(media):
        raise BadEvent("datacontenttype", "must be JSON")
    if envelope.data_base64 is UNSET:
        if envelope.data is UNSET:
            raise BadEvent("data", "required: data (a message without a value is a tombstone and no fact)")
        return envelope.data
    if envelope.data is not UNSET:
        raise BadEvent("data", "data and data_base64 exclude each other")
    return from_base64(envelope.data_base64)


def decode_data(name: str, raw: Raw | bytes) -> Data:
    """Decode the data of event type `name`, ignoring fields it does not know. Raises BadEvent."""
    try:
        decoded: Data = _data[name].decode(raw)
    except msgspec.ValidationError as error:
        field, rule = field_and_rule(error)
        raise BadEvent(f"data.{field}" if field != "event" else "data", rule) from error
    except UNREADABLE as error:
        raise BadEvent("data", f"not JSON: {error}") from error
    return decoded


def encode(event: Event) -> bytes:
    """Encode an event in structured mode."""
    return _encoded(event, Raw(_encoder.encode(event.data)))


def digest(event: Event) -> int:
    """A signed 64-bit digest of what the event says: tells a duplicate from a conflict.

    The time of recording is left out, so that a repeated publication is a duplicate.
    """
    return _digest(event, event.data)


class Written(Struct, gc=False):
    """An event with its `digest` and its encoded `data`, of which both are made: written once."""

    event: Event
    data: Raw
    digest: int

    def encode(self) -> bytes:
        """The event in structured mode."""
        return _encoded(self.event, self.data)


def write(event: Event) -> Written:
    """Encode the data of an event, and digest it."""
    data = Raw(_encoder.encode(event.data))
    return Written(event, data, _digest(event, data))


def _digest(event: Event, data: Data | Raw) -> int:
    said = _encoder.encode((event.kind.name, event.subject, event.time, data))
    number: int = _SIGNED.unpack(hashlib.blake2b(said, digest_size=_SIGNED.size).digest())[0]
    return number


def _encoded(event: Event, data: Raw) -> bytes:
    return _encoder.encode(
        Envelope(
            specversion="1.0",
            id=event.id,
            source=event.source,
            type=event.kind.name,
            subject=event.subject,
            time=event.time,
            datacontenttype="application/json",
            correlationid=event.correlationid,
            recordedtime=event.recordedtime,
            data=data,
        )
    )


def parse(value: bytes) -> Event:
    """Decode an event that was encoded in structured mode. Raises BadEvent."""
    return from_envelope(structured(value))
