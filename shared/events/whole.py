"""Structured mode in one typed pass, for messages as our own producers write them (docs/decisions/0023).

Envelope and data are decoded together, the struct chosen by `type`. A message that does not fit is left to
`envelope`, which reads more and says what is wrong: so nothing is said twice, and no error differs.
"""

from typing import Any, ClassVar, Literal, Union

import msgspec
from msgspec import UNSET, Struct, UnsetType

from shared.events import types
from shared.events.checks import check, check_time
from shared.events.data import Data
from shared.events.envelope import UNREADABLE, Event, Instant, check_attributes
from shared.events.types import EventType


class _Whole(Struct, gc=False, kw_only=True):
    """An event as it is nearly always written; `type` is the tag that chooses the subclass."""

    kind: ClassVar[EventType]
    specversion: Literal["1.0"]
    id: str
    source: str
    subject: str
    time: Instant
    data: Data
    datacontenttype: Literal["application/json"] | None = None
    correlationid: str | None = None
    recordedtime: Instant | None = None
    data_base64: UnsetType = UNSET


def _of(kind: EventType) -> type[Struct]:
    return msgspec.defstruct(
        f"Whole_{kind.data.__name__}",
        [("data", kind.data)],
        bases=(_Whole,),
        namespace={"kind": kind},
        tag_field="type",
        tag=kind.name,
        kw_only=True,
        gc=False,
    )


_ANY: Any = Union[tuple(_of(kind) for kind in types.ALL.values())]  # noqa: UP007 (made, not written)
_decoder = msgspec.json.Decoder[_Whole](_ANY)


def whole(value: bytes) -> Event | None:
    """The event, or None when another way of reading has to tell. Raises BadEvent as `from_envelope` does."""
    try:
        read = _decoder.decode(value)
    except (*UNREADABLE, msgspec.ValidationError):
        return None
    kind, data = read.kind, read.data
    check_attributes(kind, read.id, read.source, read.subject)
    check_time(read.time)
    check(data)
    return Event(
        kind, read.id, read.source, read.subject, read.time, data, read.correlationid, read.recordedtime
    )
