"""Tells of the workers: who is enrolled where, who left, whom something happened to."""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from patuh.city import numbers
from patuh.city.fact import BKPSDM, DISNAKER, EJAKON, SIPP, Fact
from patuh.city.names import KELURAHAN
from patuh.city.public import Incident
from patuh.city.records import City, Employer, Project
from patuh.city.spells import Spell
from shared.events import data as d
from shared.events import types as t

_REGIONS = list(KELURAHAN)
_BASIC: list[d.Programme] = ["jkk", "jkm"]


class _Place(Struct, frozen=True):
    """Where a worker is enrolled, and who says so; `region` None: where she lives, all over the city."""

    source: str
    segment: d.Segment
    region: str | None
    project: str | None = None
    waged: bool = True


def worker_facts(city: City) -> Iterator[Fact]:
    """Every enrolment and incident of the city, in no order of days."""
    seed, today = city.plan.seed, city.plan.today
    for place, spell, programmes in _enrolments(city):
        yield from _spell(place, spell, programmes, _subject(seed, spell.worker, today))
    for incident in city.incidents:
        yield _incident(incident, _subject(seed, incident.worker, today))


def _subject(seed: int, worker: int, today: date) -> str:
    return f"worker:{numbers.nik(seed, worker, today)}"


def _enrolments(city: City) -> Iterator[tuple[_Place, Spell, list[d.Programme]]]:
    for employer in city.employers:
        yield from _staff(employer)
    for office in city.offices:
        place = _Place(BKPSDM, "non-asn", office.region)
        yield from ((place, spell, _BASIC) for spell in office.staff)
    for group in city.groups:
        place = _Place(DISNAKER, "vulnerable", None, waged=False)
        yield from ((place, spell, _BASIC) for spell in group.members)
    for project in city.projects:
        yield from _crew(project)


def _staff(employer: Employer) -> Iterator[tuple[_Place, Spell, list[d.Programme]]]:
    place = _Place(SIPP, "pu", employer.region, waged=employer.wages_told)
    yield from ((place, spell, employer.programmes(spell.on)) for spell in employer.staff)


def _crew(project: Project) -> Iterator[tuple[_Place, Spell, list[d.Programme]]]:
    place = _Place(EJAKON, "jakon", project.region, project.subject)
    yield from ((place, spell, _BASIC) for spell in project.crew)


def _spell(place: _Place, spell: Spell, programmes: list[d.Programme], subject: str) -> Iterator[Fact]:
    enrolled = d.WorkerRegistered(
        segment=place.segment,
        programmes=programmes,
        effective_on=spell.on,
        employer=spell.employer,
        project=place.project,
        wage_idr=spell.wage if place.waged else None,
        region=place.region or _REGIONS[spell.worker % len(_REGIONS)],
        covered_until=spell.until,
    )
    yield Fact(spell.told_on or spell.on, place.source, t.WORKER_REGISTERED, subject, enrolled)
    if spell.raised_on:
        raised = _raised(enrolled, spell, spell.raised_on)
        yield Fact(spell.raised_on, place.source, t.WORKER_UPDATED, subject, raised)
    if spell.off and spell.told_off:
        gone = d.WorkerUnregistered(
            reason=spell.reason, effective_on=spell.off, employer=spell.employer, project=place.project
        )
        yield Fact(spell.told_off, place.source, t.WORKER_UNREGISTERED, subject, gone)


def _raised(enrolled: d.WorkerRegistered, spell: Spell, day: date) -> d.WorkerUpdated:
    fields = {name: getattr(enrolled, name) for name in enrolled.__struct_fields__}
    wage = spell.wage_on(day) if enrolled.wage_idr is not None else None
    return d.WorkerUpdated(**fields | {"effective_on": day, "wage_idr": wage})


def _incident(incident: Incident, subject: str) -> Fact:
    told = d.WorkerIncidentReported(
        kind=incident.kind,
        occurred_on=incident.on,
        employer=incident.employer,
        project=incident.project,
    )
    source = EJAKON if incident.project else SIPP
    return Fact(incident.told_on, source, t.WORKER_INCIDENT, subject, told)
