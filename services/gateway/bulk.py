"""Whole batches decoded in one typed step, attributes and data together.

Most batches have nothing wrong with them, and then this costs a third of opening them member by member.
What it does not know to be right it does not take: such a batch is opened member by member, which says what
is wrong with which.
"""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Literal, cast

import msgspec
from msgspec import Struct

from services.gateway.intake import ExtensionValue, Name
from shared.events import EventType, types
from shared.events.data import Data, EmployerUpdated, Kbli, Owner, ProjectAwarded
from shared.events.envelope import UNREADABLE, Instant

_WORKER_TYPES = {t.name for t in types.FACTS.values() if t.subjects == ("worker",)}
# Extensions of the standard's own list; with others a batch is opened member by member.
_EXTENSIONS = ("partitionkey", "sequence", "traceparent", "tracestate", "causationid", "dataclassification")


class Told(Struct, gc=False, kw_only=True, tag_field="type", tag=""):
    """An event whose attributes are well-formed and whose data have the shape of its type, with every field
    that only the door may know; nothing else is known about it.
    """

    kind: ClassVar[EventType]
    id: Name
    source: Name
    time: Instant
    subject: Name | None = None
    dataschema: Name | None = None
    correlationid: Name | None = None
    data: Any = None


def _closed(struct: type[Struct], fields: list[tuple[str, Any, Any]]) -> type[Struct]:
    return msgspec.defstruct(
        struct.__name__, fields, bases=(struct,), forbid_unknown_fields=True, kw_only=True, gc=False
    )


_CLOSED_KBLI, _CLOSED_OWNER = _closed(Kbli, []), _closed(Owner, [])


def _strict(kind: EventType) -> type[Data]:
    """The data's struct, closed: a field it does not know is an error for the producer to see."""
    fields: list[tuple[str, Any, Any]] = []
    if kind.name in _WORKER_TYPES:
        fields.append(("nik", str | None, None))
    if issubclass(kind.data, EmployerUpdated):
        fields.append(("kbli", _CLOSED_KBLI | None, None))
    if kind.data is ProjectAwarded:
        fields.append(("owner", _CLOSED_OWNER, msgspec.NODEFAULT))
    return cast("type[Data]", _closed(kind.data, fields))


STRICT = {name: _strict(kind) for name, kind in types.FACTS.items()}


def _whole(kind: EventType) -> type[Told]:
    fields: list[Any] = [
        ("specversion", Literal["1.0"]),
        ("data", STRICT[kind.name]),
        ("datacontenttype", Literal["application/json"] | None, None),
        *((name, ExtensionValue, None) for name in _EXTENSIONS),
    ]
    made = msgspec.defstruct(
        "Told",
        fields,
        bases=(Told,),
        namespace={"kind": kind},
        tag_field="type",
        tag=kind.name,
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
    )
    return cast("type[Told]", made)


_WHOLE = {name: _whole(kind) for name, kind in types.FACTS.items()}
_batches = msgspec.json.Decoder(cast("type[list[Told]]", list[reduce(or_, _WHOLE.values())]))  # type: ignore[misc]


def tell_all(body: bytes) -> list[Told] | None:
    """The members of a batch with nothing wrong in it; None when it must be opened member by member."""
    try:
        return _batches.decode(body)
    except UNREADABLE:
        return None


def told(kind: EventType, name: str, source: str, time: datetime, data: Data, **others: str | None) -> Told:
    """One event that was opened by itself."""
    whole = cast("Any", _WHOLE[kind.name])
    made: Told = whole(specversion="1.0", id=name, source=source, time=time, data=data, **others)
    return made
