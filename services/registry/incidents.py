"""Accidents and deaths, and whether the worker was covered on that day. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from msgspec import Struct

from services.registry.coverage import EnrolmentFact, covers
from shared.events.data import Incident

Unit = tuple[str, str]
Enrolments = Mapping[Unit, list[EnrolmentFact]]


class IncidentFact(Struct, gc=False, frozen=True):
    """One incident reported; `subject` is whose coverage tells of it, `employer` may be empty."""

    subject: str
    worker: str
    employer: str
    kind: Literal["accident", "death"]
    occurred_on: date
    source: str
    id: str

    @property
    def units(self) -> set[Unit]:
        """Where the worker may have been covered: at the project, at the employer, or by herself."""
        return {(place, self.worker) for place in (self.subject, self.employer, self.worker) if place}


def told(facts: Iterable[IncidentFact], enrolments: Enrolments) -> list[Incident]:
    """The incidents in the one order in which they are published, each with whether it was covered."""
    return in_order(_told(fact, enrolments) for fact in facts)


def _told(fact: IncidentFact, enrolments: Enrolments) -> Incident:
    covered = any(covers(enrolments.get(unit, ()), fact.occurred_on) for unit in fact.units)
    return Incident(
        worker=fact.worker,
        kind=fact.kind,
        on=fact.occurred_on,
        source=fact.source,
        id=fact.id,
        covered=covered,
    )


def in_order(incidents: Iterable[Incident]) -> list[Incident]:
    """Incidents in the one order in which they are published."""
    return sorted(incidents, key=lambda i: (i.on, i.worker, i.source, i.id))
