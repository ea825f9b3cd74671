"""From an event as it was sent to one that may be published: closed schema, privacy, rules. Pure."""

from datetime import datetime

import msgspec
from msgspec.structs import asdict

from services.gateway.bulk import STRICT, Told, told
from services.gateway.formats import Member
from services.gateway.intake import RawEvent, check_names, open_member
from services.gateway.privacy import Pseudonyms, check_no_nik
from shared.events import BadEvent, Event, types
from shared.events.checks import check, check_time
from shared.events.data import Data
from shared.events.envelope import UNREADABLE, Written, field_and_rule, write
from shared.identifiers import InvalidIdentifier, check_subject

_MAX_DATA_BYTES = 500_000
_decoders = {name: msgspec.json.Decoder(strict) for name, strict in STRICT.items()}


def admit(member: Member, pseudonyms: Pseudonyms, now: datetime) -> Written:
    """A member of a request as it will be published. Raises BadEvent with the field and the rule."""
    opened = member if isinstance(member, Told) else open_member(member)
    written = write(screen(opened, pseudonyms, now))
    if memoryview(written.data).nbytes > _MAX_DATA_BYTES:
        raise BadEvent("data", f"at most {_MAX_DATA_BYTES} bytes")
    return written


def screen(raw: RawEvent | Told, pseudonyms: Pseudonyms, now: datetime) -> Event:
    """The event as it may be published. Raises BadEvent with the field and the rule."""
    said = raw if isinstance(raw, Told) else _tell(raw)
    check_names(said.id, said.source, said.dataschema)
    for field in ("id", "source", "correlationid"):
        check_no_nik(field, getattr(said, field))
    check_time(said.time)
    subject = _subject(said, pseudonyms)
    data = pseudonyms.data(_narrow(said), subject)
    check(data)
    return Event(said.kind, said.id, said.source, subject, said.time, data, said.correlationid, now)


def _tell(raw: RawEvent) -> Told:
    kind = types.FACTS.get(raw.type)
    if kind is None:
        raise BadEvent("type", "unknown event type; see schemas/ for those that are taken here")
    time, data = raw.required_time(), _decode(kind, raw.payload())
    return told(
        kind,
        raw.id,
        raw.source,
        time,
        data,
        subject=raw.subject,
        dataschema=raw.dataschema,
        correlationid=raw.correlationid,
    )


def _decode(kind: types.EventType, payload: bytes) -> Data:
    try:
        return _decoders[kind.name].decode(payload)
    except msgspec.ValidationError as error:
        field, rule = field_and_rule(error)
        raise BadEvent("data" if field == "event" else f"data.{field}", rule) from error
    except UNREADABLE as error:
        raise BadEvent("data", f"not JSON: {error}") from error


def _narrow(said: Told) -> Data:
    """The same data without what only the door may know."""
    fields = asdict(said.data)
    fields.pop("nik", None)
    return said.kind.data(**fields)


def _subject(said: Told, pseudonyms: Pseudonyms) -> str:
    nik: str | None = getattr(said.data, "nik", None)
    worker = f"worker:{pseudonyms.reference(nik, 'data.nik')}" if nik else None
    given = said.subject or worker
    if given is None:
        raise BadEvent("subject", "required")
    subject = pseudonyms.subject(given, "subject")
    if worker and worker != subject:
        raise BadEvent("data.nik", "is not the worker that the subject names")
    try:
        return check_subject(subject, *said.kind.subjects)
    except InvalidIdentifier as error:
        raise BadEvent("subject", error.rule) from error
