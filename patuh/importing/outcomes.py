"""What became of one thing read from a file: a mapped event, skipped, or rejected with a reason."""

import re
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from shared.events.envelope import field_and_rule


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was read: `line` from 1 (JSON Lines only), `item` the path in the JSON, as `releases/3`."""

    file: str
    line: int | None = None
    item: str | None = None

    def within(self, step: str | int) -> "Place":
        return replace(self, item=f"{self.item}/{step}" if self.item else str(step))


class PlacedEvent(dict[str, Any]):
    """A CloudEvent that remembers its place, so that a refusal by the gateway can be traced to the file.

    `key` names what it is about in the publisher's own terms, for sources whose rows have no version: the
    event's `id` is then made of it and of what changed (patuh.importing.memory).
    """

    def __init__(self, content: dict[str, Any], place: Place, key: str | None = None) -> None:
        super().__init__(content)
        self.place, self.key = place, key


@dataclass(frozen=True, slots=True)
class Mapped:
    """What one thing read says, as events, and the publisher's defects met on the way, by kind."""

    events: tuple[PlacedEvent, ...]
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nothing to send and nothing wrong. `key` as in Rejected."""

    place: Place
    key: str | None
    reason: str
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """Cannot be used: `field` (a path or a column, empty for the whole) broke `rule`.

    `key` is the publisher's own name of the thing (an ocid, a kd_tender). Other values are never part of it:
    an identifier of a person would end up in a file or a log.
    """

    place: Place
    key: str | None
    field: str
    rule: str


Outcome = Mapped | Skipped | Rejected


class Unusable(Exception):
    """`field` broke `rule`; becomes a Rejected where the place is known."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field, self.rule = field, rule

    @classmethod
    def because(cls, error: msgspec.ValidationError) -> "Unusable":
        field, rule = field_and_rule(error)
        return cls(re.sub(r"\[(\d+)\]", r"/\1", field).replace(".", "/"), rule)

    def at(self, place: Place, key: str | None) -> Rejected:
        return Rejected(place, key, self.field, self.rule)
