"""CloudEvents over HTTP: which of the three modes a request is in, and what its headers say. Pure."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from msgspec import Raw

from services.gateway.bulk import Told, tell_all
from services.gateway.intake import EXTENSION, RawEvent
from shared.events import BadEvent
from shared.events.envelope import UNREADABLE, field_and_rule
from shared.events.media import foreign_charset, is_json

_BATCH, _STRUCTURED = "application/cloudevents-batch+json", "application/cloudevents+json"
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
# Names that the standard keeps for what no header may say.
_RESERVED = {
    "datacontenttype": "must not be sent: Content-Type says it",
    "data": "must not be sent: it is the body",
}
_lists = msgspec.json.Decoder(list[Raw])
_versions = msgspec.json.Decoder(dict[str, Raw])
Member = Raw | RawEvent | Told


class UnknownFormatError(ValueError):
    """The content type is none that this door reads: 415."""


class NoBatchError(ValueError):
    """The body is no batch at all: 400. `field` is what is wrong with it."""

    def __init__(self, rule: str, field: str = "body") -> None:
        super().__init__(rule)
        self.field = field


def read(content_type: str, headers: Mapping[str, str], body: bytes) -> tuple[list[Member], bool]:
    """The members of a request, still to be opened one by one, and whether it is a batch.

    `headers` may give a name more than once in its `items()`. Raises UnknownFormatError, NoBatchError;
    BadEvent when a binary event's headers are wrong.
    """
    media = content_type.partition(";")[0].strip().lower()
    if foreign_charset(content_type):
        raise UnknownFormatError("content-type: JSON is read in UTF-8")
    # A batch's type begins like that of one event: it is asked for first.
    if media == _BATCH:
        return _members(body), True
    if media == _STRUCTURED:
        return [Raw(body)], False
    if media.startswith("application/cloudevents") or not is_json(media):
        raise UnknownFormatError(f"content-type {media[:80] or '(none)'} is not read here")
    return [_binary(content_type.strip(), headers, body)], False


def _members(body: bytes) -> list[Member]:
    told = tell_all(body)
    if told is not None:
        return list(told)
    try:
        members = _lists.decode(body)
    except UNREADABLE as error:
        raise NoBatchError(f"not a JSON array: {error}") from error
    if len({version for version in map(_version, members) if version}) > 1:
        raise NoBatchError("the members of a batch are all of one version", "specversion")
    return list(members)


def _version(member: Raw) -> str | None:
    try:
        found = msgspec.json.decode(_versions.decode(member)["specversion"])
    except (*UNREADABLE, KeyError):
        return None
    return found if isinstance(found, str) else None


def _binary(content_type: str, headers: Mapping[str, str], body: bytes) -> RawEvent:
    attributes: dict[str, Any] = {}
    for name, value in headers.items():
        attribute = name[3:].lower()
        if name[:3].lower() != "ce-":
            continue
        _check_name(attribute, attributes)
        attributes[attribute] = _header(name.lower(), value)
    if body:
        attributes["data"] = Raw(body)
    try:
        return msgspec.convert(attributes | {"datacontenttype": content_type}, RawEvent)
    except msgspec.ValidationError as error:
        raise BadEvent(*field_and_rule(error)) from error


def _check_name(attribute: str, known: Mapping[str, str]) -> None:
    field = f"ce-{attribute[:40]}"
    if attribute in _RESERVED:
        raise BadEvent(field, _RESERVED[attribute])
    if not EXTENSION.match(attribute):
        raise BadEvent(field, "attribute names are lower-case letters and digits")
    if attribute in known:
        raise BadEvent(field, "must be sent once")


def _header(name: str, value: str) -> str:
    """The value of a header: quotes taken off, then one round of percent-decoding (HTTP binding, 3.1.3.2).

    The bytes of a header are known as the Latin-1 characters of the same numbers.
    """
    quoted = _QUOTED.fullmatch(value)
    text = re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL) if quoted else value
    try:
        return unquote_to_bytes(text.encode("latin-1")).decode()
    except UnicodeError as error:
        raise BadEvent(name, "not UTF-8 after percent-decoding") from error
