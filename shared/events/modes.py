"""CloudEvents on Kafka: structured and binary mode, told apart by the headers."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw

from shared.events.checks import BadEvent
from shared.events.envelope import (
    CONTENT_TYPE,
    HEADERS,
    Envelope,
    Event,
    field_and_rule,
    from_envelope,
    structured,
)
from shared.events.media import foreign_charset
from shared.events.whole import whole

Headers = Sequence[tuple[str, bytes | None]]
_OURS = HEADERS[0]


def decode(value: bytes | None, headers: Headers) -> Event:
    """Decode one Kafka message in structured or binary mode. Raises BadEvent."""
    if len(headers) == 1 and headers[0] == _OURS and (event := whole(value or b"")):
        return event
    return from_envelope(open_message(value, headers))


def open_message(value: bytes | None, headers: Headers) -> Envelope:
    """The attributes of one Kafka message in structured or binary mode. Raises BadEvent.

    The Kafka binding knows no batches. What has neither the content type of an event nor a `ce_` header
    is none, whatever its value looks like.
    """
    named = [(name.lower(), raw or b"") for name, raw in headers]
    found = dict(named)
    said = found.get("content-type", b"").decode("latin-1")
    if said[:23].lower() == "application/cloudevents":
        return _in_structured_mode(said, value)
    if not any(name.startswith("ce_") for name in found):
        raise BadEvent("content-type", "neither a structured nor a binary CloudEvent")
    if len(found) < len(named) and (twice := _twice([name for name, _ in named])):
        raise BadEvent("headers", f"{twice} is given twice")
    return _in_binary_mode(said, value, found)


def _in_structured_mode(said: str, value: bytes | None) -> Envelope:
    if said.partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise BadEvent("content-type", f"of structured events {CONTENT_TYPE} is read on Kafka, one a message")
    _check_charset(said)
    return structured(value or b"")


def _check_charset(said: str) -> None:
    if foreign_charset(said):
        raise BadEvent("content-type", "JSON is read in UTF-8")


def _twice(names: list[str]) -> str | None:
    """An attribute that is said twice: taking either would be a guess."""
    said = [name for name in names if name.startswith("ce_") or name == "content-type"]
    return next((name[:40] for name in said if said.count(name) > 1), None)


def _in_binary_mode(said: str, value: bytes | None, headers: dict[str, bytes]) -> Envelope:
    """The content type is the data's; without one the data are JSON, as everywhere here."""
    _check_charset(said)
    try:
        attributes: dict[str, Any] = {
            name[3:]: raw.decode() for name, raw in headers.items() if name.startswith("ce_")
        }
        attributes["datacontenttype"] = said or None
        attributes.pop("data", None)
        if value is not None:
            attributes["data"] = Raw(value)
        return msgspec.convert(attributes, Envelope)
    except msgspec.ValidationError as error:
        raise BadEvent(*field_and_rule(error)) from error
    except UnicodeDecodeError as error:
        raise BadEvent("headers", "not UTF-8") from error
