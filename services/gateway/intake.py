"""CloudEvents 1.0 over HTTP: from a request in any of the three modes to raw events. Pure."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from urllib.parse import unquote_to_bytes

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from shared.events import BadEvent
from shared.events.envelope import UNREADABLE, Instant, field_and_rule

_BATCH, _STRUCTURED = "application/cloudevents-batch+json", "application/cloudevents+json"
_MEDIA = re.compile(r"^[\w!#$&^.+-]+/[\w!#$&^.+-]+(\s*;.*)?$", re.ASCII)
_JSON = re.compile(r"^(application|text)/([\w.+-]+\+)?json$")
_Name = Annotated[str, Meta(min_length=1, max_length=300)]


class UnknownFormatError(ValueError):
    """The content type is none that this door reads: 415."""


class NoBatchError(ValueError):
    """The body is no batch or event at all: 400."""


class RawEvent(Struct, kw_only=True):
    """An event as it was sent: attributes checked, data not yet."""

    specversion: str
    id: _Name
    source: _Name
    type: _Name
    subject: _Name | None = None
    time: Instant | None = None
    datacontenttype: _Name | None = None
    dataschema: _Name | None = None
    correlationid: _Name | None = None
    data: Raw | UnsetType = UNSET
    data_base64: str | UnsetType = UNSET

    def required_time(self) -> datetime:
        """The sender's time. Raises BadEvent: we never invent it."""
        if self.time is None:
            raise BadEvent("time", "required, RFC 3339 with zone; it is the sender's and never invented")
        return self.time

    def payload(self) -> bytes:
        """The bytes of the data, which are JSON. Raises BadEvent."""
        if self.datacontenttype and not is_json(self.datacontenttype):
            raise BadEvent("datacontenttype", "must be JSON")
        if self.data_base64 is not UNSET:
            return _from_base64(self.data_base64)
        if self.data is UNSET:
            raise BadEvent("data", "required")
        return bytes(self.data)


def _from_base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except Base64Error as error:
        raise BadEvent("data_base64", "not base64") from error


def is_json(media: str) -> bool:
    """Whether a media type, with or without parameters, says JSON."""
    return _JSON.match(media.partition(";")[0].strip().lower()) is not None


_KNOWN = frozenset(RawEvent.__struct_fields__)
_EXTENSION = re.compile(r"^[a-z0-9]+$")
_attributes = msgspec.json.Decoder(dict[str, Raw])
_extension_values = msgspec.json.Decoder(Annotated[int, Meta(ge=-(2**31), lt=2**31)] | bool | str | None)
_raw_events = msgspec.json.Decoder(RawEvent)
_lists = msgspec.json.Decoder(list[Raw])


def read(content_type: str, headers: Mapping[str, str], body: bytes) -> tuple[list[Raw | RawEvent], bool]:
    """The members of a request, still to be opened one by one, and whether it is a batch.

    Raises UnknownFormatError, NoBatchError; BadEvent when a binary event's headers are wrong.
    """
    media = content_type.partition(";")[0].strip().lower()
    if media.startswith(_BATCH):
        return list(_members(body)), True
    if media == _STRUCTURED:
        return [Raw(body)], False
    if media.startswith("application/cloudevents") or not is_json(media):
        raise UnknownFormatError(f"content-type {media or '(none)'} is not read here")
    return [_binary(media, headers, body)], False


def _members(body: bytes) -> list[Raw]:
    try:
        return _lists.decode(body)
    except UNREADABLE as error:
        raise NoBatchError(f"not a JSON array: {error}") from error


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
        if not _EXTENSION.match(name):
            raise BadEvent(name[:40], "attribute names are lower-case letters and digits")
        try:
            _extension_values.decode(attributes[name])
        except msgspec.ValidationError as error:
            raise BadEvent(name, "an extension is a string, a boolean or a 32-bit integer") from error


def _checked(event: RawEvent) -> RawEvent:
    if event.specversion != "1.0":
        raise BadEvent("specversion", "must be 1.0")
    if event.datacontenttype and not _MEDIA.match(event.datacontenttype):
        raise BadEvent("datacontenttype", "must be a media type")
    if event.data is not UNSET and event.data_base64 is not UNSET:
        raise BadEvent("data", "data and data_base64 exclude each other")
    for field in ("id", "source"):
        if "\x00" in getattr(event, field):
            raise BadEvent(field, "must not contain NUL")
    return event


def name_in(member: Raw | RawEvent) -> str | None:
    """The id of a member that may be broken, to name it in an answer."""
    try:
        found = member.id if isinstance(member, RawEvent) else msgspec.json.decode(member)["id"]
    except (*UNREADABLE, KeyError, TypeError):
        return None
    return found[:300] if isinstance(found, str) else None


def _binary(media: str, headers: Mapping[str, str], body: bytes) -> RawEvent:
    attributes = {
        name[3:].lower(): _header(name, value) for name, value in headers.items() if name[:3] == "ce-"
    }
    if "datacontenttype" in attributes:
        raise BadEvent("ce-datacontenttype", "must not be sent: Content-Type says it")
    if wrong := [name for name in attributes if not _EXTENSION.match(name)]:
        raise BadEvent(f"ce-{wrong[0][:40]}", "attribute names are lower-case letters and digits")
    try:
        return msgspec.convert(attributes | {"datacontenttype": media, "data": Raw(body)}, RawEvent)
    except msgspec.ValidationError as error:
        raise BadEvent(*field_and_rule(error)) from error


def _header(name: str, value: str) -> str:
    text = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError as error:
        raise BadEvent(name, "not UTF-8 after percent-decoding") from error
