"""Offices with non-ASN staff, groups of vulnerable workers, and incidents."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from msgspec import Struct

from patuh.city.spells import Spell, enrolled


@dataclass(eq=False)
class Office:
    """A government office and its non-ASN staff. `counts` are the head counts it declared, by their days."""

    code: str
    name: str
    region: str
    since: date
    counts: dict[date, int] = field(default_factory=dict)
    staff: list[Spell] = field(default_factory=list)

    @property
    def subject(self) -> str:
        return f"agency:{self.code}"

    def headcount(self, day: date) -> int | None:
        """The one declared last by `day`."""
        told = [on for on in self.counts if on <= day]
        return self.counts[max(told)] if told else None

    def enrolled(self, day: date) -> int:
        return enrolled(self.staff, day)


@dataclass(eq=False)
class Group:
    """A group of vulnerable workers whose cover government pays until a known day."""

    name: str
    members: list[Spell] = field(default_factory=list)

    @property
    def subject(self) -> str:
        return f"group:{self.name}"

    def enrolled(self, day: date) -> int:
        return enrolled(self.members, day)


class Incident(Struct, frozen=True, kw_only=True):
    """An accident or a death of a worker (a running number) at work for `employer`, on `project`."""

    worker: int
    kind: Literal["accident", "death"]
    on: date
    told_on: date
    employer: str | None = None
    project: str | None = None

    @property
    def subject(self) -> str | None:
        return self.project or self.employer
