"""One event as it was sent: its attributes are checked as CloudEvents 1.0 asks, its data not yet. Pure.

What we ask beside the standard (a time, a known type, a subject) is asked in screening.
"""

import re
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from services.gateway.uris import is_uri, is_uri_reference
from shared.events import BadEvent
from shared.events.envelope import UNREADABLE, Instant, field_and_rule
from shared.events.media import from_base64, is_json
from shared.identifiers import holds_nik

EXTENSION = re.compile(r"^[a-z0-9]+\Z")
_MEDIA = re.compile(r"^[\w!#$&^.+-]+/[\w!#$&^.+-]+(\s*;.*)?\Z", re.ASCII)
NO_NUL = "must not contain NUL"
Name = Annotated[str, Meta(min_length=1, max_length=300)]
ExtensionValue = Annotated[int, Meta(ge=-(2**31), lt=2**31)] | bool | str | None


class RawEvent(Struct, kw_only=True):
    """An event as it was sent: attributes checked, data not yet. A null on an optional one is its absence."""

    specversion: str
    id: Name
    source: Name
    type: Name
    subject: Name | None = None
    time: Instant | None = None
    datacontenttype: Name | None = None
    dataschema: Name | None = None
    correlationid: Name | None = None
    data: Raw | UnsetType = UNSET
    data_base64: str | UnsetType | None = UNSET

    def required_time(self) -> datetime:
        """The sender's time. Raises BadEvent: we never invent it."""
        if self.time is None:
            raise BadEvent("time", "required, RFC 3339 with zone; it is the sender's and never invented")
        return self.time

    def payload(self) -> bytes:
        """The bytes of the data, which are JSON. Raises BadEvent."""
        if self.datacontenttype and not is_json(self.datacontenttype):
            raise BadEvent("datacontenttype", "must be JSON")
        if isinstance(self.data_base64, str):
            return from_base64(self.data_base64)
        if self.data is UNSET:
            raise BadEvent("data", "required")
        return bytes(self.data)


_KNOWN = frozenset(RawEvent.__struct_fields__)
_attributes = msgspec.json.Decoder(dict[str, Raw])
_extension_values = msgspec.json.Decoder(ExtensionValue)
_raw_events = msgspec.json.Decoder(RawEvent)


def open_member(member: Raw | RawEvent) -> RawEvent:
    """Decode one member's attributes. Raises BadEvent with the field and the rule."""
    if isinstance(member, RawEvent):
        return _checked(member)
    try:
        _check_extensions(_attributes.decode(member))
        return _checked(_raw_events.decode(member))
    except msgspec.ValidationError as error:
        raise BadEvent(*field_and_rule(error)) from error
    except UNREADABLE as error:
        raise BadEvent("event", f"not JSON: {error}") from error


def _check_extensions(attributes: dict[str, Raw]) -> None:
    """Extensions have names of lower-case letters and digits, and values that are no objects or lists."""
    for name in attributes.keys() - _KNOWN:
        if not EXTENSION.match(name):
            raise BadEvent(name[:40], "attribute names are lower-case letters and digits")
        try:
            _extension_values.decode(attributes[name])
        except msgspec.ValidationError as error:
            raise BadEvent(name[:40], "an extension is a string, a boolean or a 32-bit integer") from error


def _checked(event: RawEvent) -> RawEvent:
    if event.specversion != "1.0":
        raise BadEvent("specversion", "must be 1.0")
    check_names(event.id, event.source, event.dataschema)
    if event.datacontenttype and not _MEDIA.match(event.datacontenttype):
        raise BadEvent("datacontenttype", "must be a media type")
    if event.data is not UNSET and isinstance(event.data_base64, str):
        raise BadEvent("data", "data and data_base64 exclude each other")
    return event


def check_names(name: str, source: str, dataschema: str | None) -> None:
    """Raise BadEvent when an id, a source or a schema's address is not what CloudEvents says it is."""
    if "\x00" in name:
        raise BadEvent("id", NO_NUL)
    if not is_uri_reference(source):
        raise BadEvent("source", NO_NUL if "\x00" in source else "must be a URI-reference (RFC 3986)")
    if dataschema is not None and not is_uri(dataschema):
        raise BadEvent("dataschema", "must be an absolute URI (RFC 3986)")


def name_in(member: object) -> str | None:
    """The id of a member that may be broken, to name it in an answer; none when it is a person's number."""
    try:
        found = msgspec.json.decode(member)["id"] if isinstance(member, Raw) else getattr(member, "id", None)
    except (*UNREADABLE, KeyError, TypeError):
        return None
    return found[:300] if isinstance(found, str) and not holds_nik(found[:300]) else None
