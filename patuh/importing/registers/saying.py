"""Events as rows say them: built, checked by the rules of the contract, with a key that names no person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from patuh.importing.outcomes import Place, PlacedEvent, Unusable
from patuh.importing.registers.about import About
from shared.events import BadEvent
from shared.events import data as d
from shared.events.checks import check
from shared.events.types import EventType
from shared.identifiers import InvalidIdentifier, check_subject, employer_subject, is_personal_npwp

# Stands for a natural person as employer, whose number the gateway alone replaces.
_SOMEONE = f"employer:person-{'0' * 40}"
SAME_ROW = "the same as an earlier row"


@dataclass
class Saying:
    """Makes the events of one import."""

    about: About

    def event(
        self, kind: EventType, subject: str, said: Mapping[str, Any], key: str, place: Place
    ) -> PlacedEvent:
        """The event; fields of `said` that are None are left out. Raises Unusable with the wrong field."""
        content = {
            "specversion": "1.0",
            "source": self.about.source,
            "type": kind.name,
            "subject": subject,
            "time": self.about.said_at.isoformat(),
            "datacontenttype": "application/json",
            "data": _checked(kind, said),
        }
        return PlacedEvent(content, place, key)

    def name(self, subject: str) -> str:
        """The subject as it may stand in a key: a person as employer under a made name."""
        kind, _, number = subject.partition(":")
        return f"{kind}:person-{self.about.person(number)}" if is_personal_npwp(number) else subject


def _checked(kind: EventType, said: Mapping[str, Any]) -> dict[str, Any]:
    try:
        data = msgspec.convert({n: v for n, v in said.items() if v is not None}, kind.data)
        check(_nameless(data))
    except msgspec.ValidationError as error:
        raise Unusable.because(error) from error
    except BadEvent as error:
        raise Unusable(error.field.removeprefix("data."), error.rule.rpartition("npwp: ")[2]) from error
    built: dict[str, Any] = msgspec.to_builtins(data)
    return built


def _nameless(data: Struct) -> d.Data:
    assert isinstance(data, d.Data)
    employer = getattr(data, "employer", None)
    if employer and is_personal_npwp(employer.removeprefix("employer:")):
        return replace(data, employer=_SOMEONE)
    return data


def employer_of(row: Mapping[str, Any]) -> str:
    """The subject of the employer that a row names by NPWP, NIB or NPP. Raises Unusable."""
    npp, unit = row.get("npp"), row.get("unit")
    whole = f"{npp}-{unit}" if npp and unit and unit != "000" and "-" not in npp else npp
    subject = employer_subject(row.get("npwp"), row.get("nib"), whole)
    if subject is None:
        raise Unusable("npwp", "NPWP, NIB or NPP is required: one of them")
    return subject


def subject(kind: str, name: str, field: str) -> str:
    """`kind:name` when it is well-formed; raises Unusable about the field."""
    try:
        return check_subject(f"{kind}:{name}", kind)
    except InvalidIdentifier as error:
        raise Unusable(field, error.rule.removeprefix("subject: ")) from error


@dataclass
class Once:
    """What rows said before, so that a thing said twice is seen. Keeps digests, never what was said."""

    said: dict[bytes, tuple[int | None, bytes]] = field(default_factory=dict)

    def is_new(self, key: str, what: object, place: Place, name: str) -> bool:
        """Whether `key` is heard of for the first time; False when it said the same before.

        Raises Unusable about the field `name` when an earlier row said something else.
        """
        said, known = _digest(msgspec.json.encode(what, order="sorted")), _digest(key.encode())
        if known not in self.said:
            self.said[known] = (place.line, said)
            return True
        line, before = self.said[known]
        if before != said:
            raise Unusable(name, f"says otherwise than line {line} of the same thing: one row for each")
        return False


def _digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=8).digest()
