"""From a raw event to one that may be published: closed schema, privacy, rules. Pure."""

from datetime import datetime
from typing import Any, cast

import msgspec
from msgspec import Struct

from services.gateway.intake import RawEvent
from services.gateway.privacy import Pseudonyms, check_no_nik
from shared.events import BadEvent, Event, types
from shared.events.checks import check, check_time
from shared.events.data import Data, EmployerUpdated, Kbli, Owner, ProjectAwarded
from shared.events.envelope import UNREADABLE, field_and_rule
from shared.identifiers import InvalidIdentifier, check_subject

_MAX_DATA_BYTES = 500_000
_WORKER_TYPES = {t.name for t in types.FACTS.values() if t.subjects == ("worker",)}


def _closed(struct: type[Struct], fields: list[tuple[str, Any, Any]]) -> type[Struct]:
    return msgspec.defstruct(
        struct.__name__, fields, bases=(struct,), forbid_unknown_fields=True, kw_only=True
    )


_CLOSED_KBLI, _CLOSED_OWNER = _closed(Kbli, []), _closed(Owner, [])


def _strict(kind: types.EventType) -> type[Data]:
    """The data's struct, closed: a field it does not know is an error for the producer to see."""
    fields: list[tuple[str, Any, Any]] = []
    if kind.name in _WORKER_TYPES:
        fields.append(("nik", str | None, None))
    if issubclass(kind.data, EmployerUpdated):
        fields.append(("kbli", _CLOSED_KBLI | None, None))
    if kind.data is ProjectAwarded:
        fields.append(("owner", _CLOSED_OWNER, msgspec.NODEFAULT))
    return cast("type[Data]", _closed(kind.data, fields))


_decoders = {name: msgspec.json.Decoder(_strict(kind)) for name, kind in types.FACTS.items()}


def screen(raw: RawEvent, pseudonyms: Pseudonyms, now: datetime) -> Event:
    """The event as it will be published. Raises BadEvent with the field and the rule."""
    kind = types.FACTS.get(raw.type)
    if kind is None:
        raise BadEvent("type", "unknown event type; see schemas/ for those that are taken here")
    for field in ("id", "source", "correlationid"):
        check_no_nik(field, getattr(raw, field))
    time = raw.required_time()
    check_time(time)
    told = _decode(kind, raw.payload())
    subject = _subject(raw, told, kind, pseudonyms)
    data = pseudonyms.data(_narrow(told, kind), subject)
    check(data)
    return Event(kind, raw.id, raw.source, subject, time, data, raw.correlationid, now)


def _decode(kind: types.EventType, payload: bytes) -> Data:
    if len(payload) > _MAX_DATA_BYTES:
        raise BadEvent("data", f"at most {_MAX_DATA_BYTES} bytes")
    try:
        return _decoders[kind.name].decode(payload)
    except msgspec.ValidationError as error:
        field, rule = field_and_rule(error)
        raise BadEvent("data" if field == "event" else f"data.{field}", rule) from error
    except UNREADABLE as error:
        raise BadEvent("data", f"not JSON: {error}") from error


def _narrow(told: Data, kind: types.EventType) -> Data:
    """The same data without what only the door may know."""
    return kind.data(**{name: getattr(told, name) for name in kind.data.__struct_fields__})


def _subject(raw: RawEvent, told: Data, kind: types.EventType, pseudonyms: Pseudonyms) -> str:
    nik: str | None = getattr(told, "nik", None)
    worker = f"worker:{pseudonyms.reference(nik, 'data.nik')}" if nik else None
    given = raw.subject or worker
    if given is None:
        raise BadEvent("subject", "required")
    subject = pseudonyms.subject(given, "subject")
    if worker and worker != subject:
        raise BadEvent("data.nik", "is not the worker that the subject names")
    try:
        return check_subject(subject, *kind.subjects)
    except InvalidIdentifier as error:
        raise BadEvent("subject", error.rule) from error
