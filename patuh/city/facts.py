"""Tells the records of a city as facts: who says what, about whom, on which day."""

from collections.abc import Iterator
from datetime import date
from itertools import chain

from msgspec import Struct

from patuh.city import numbers
from patuh.city.contributions import employer_contributions, project_contributions
from patuh.city.days import Days
from patuh.city.records import City, Employer, Project, Spell
from shared.events import data as d
from shared.events import types as t
from shared.events.types import EventType

OSS = "https://oss.example.id/32.72"
LPSE = "https://lpse.example.id/sukabumikota"
SIPP = "https://sipp.example.id/32.72"
EJAKON = "https://ejakon.example.id/32.72"
TAPEM = "https://tapem.sukabumikota.example.id"


class Fact(Struct, frozen=True, gc=False):
    """What `source` says about `subject` on `day`."""

    day: date
    source: str
    kind: EventType
    subject: str
    data: d.Data


def city_facts(city: City) -> list[Fact]:
    """Every fact in order of days; on one day employers come before projects, workers and contributions."""
    told = chain(
        chain.from_iterable(_employer(employer) for employer in city.employers),
        chain.from_iterable(_project(project) for project in city.projects),
        _workers(city),
        _contributions(city),
    )
    return sorted(told, key=lambda fact: fact.day)


def _employer(employer: Employer) -> Iterator[Fact]:
    subject = employer.subject
    yield Fact(employer.obliged_since, OSS, t.EMPLOYER_REGISTERED, subject, _founding(employer))
    if employer.member_since:
        membership = d.EmployerUpdated(
            npp=employer.npp, member_since=employer.member_since, programmes=employer.programmes
        )
        yield Fact(employer.member_since, SIPP, t.EMPLOYER_UPDATED, subject, membership)
    if employer.declared_on and employer.workforce is not None:
        declared = d.WorkforceDeclared(headcount=employer.workforce, as_of=employer.declared_on)
        yield Fact(employer.declared_on, OSS, t.WORKFORCE_DECLARED, subject, declared)
    if employer.closed_on:
        closed = d.EmployerClosed(closed_on=employer.closed_on)
        yield Fact(employer.closed_on, OSS, t.EMPLOYER_CLOSED, subject, closed)


def _founding(employer: Employer) -> d.EmployerRegistered:
    return d.EmployerRegistered(
        name=employer.name,
        npwp=employer.npwp,
        nib=employer.nib,
        kbli=d.Kbli(version="2020", code=employer.kbli),
        size=employer.size,
        sector="private",
        region=employer.region,
        workforce=employer.declared_before if employer.declared_on else employer.workforce,
        obliged_since=employer.obliged_since,
    )


def _project(project: Project) -> Iterator[Fact]:
    source = TAPEM if project.kind == "community" else LPSE
    subject = project.subject
    yield Fact(project.award_on, source, t.PROJECT_AWARDED, subject, _award(project))
    if project.started_on:
        started = d.ProjectStarted(start_on=project.started_on, end_on=project.end_on)
        yield Fact(project.started_on, source, t.PROJECT_STARTED, subject, started)
    for number, change in enumerate(project.amendments, start=1):
        amended = d.ProjectAmended(amendment=number, value_idr=change.value_idr, end_on=change.end_on)
        yield Fact(change.on, source, t.PROJECT_AMENDED, subject, amended)
    if project.registered_on:
        listed = d.ProjectRegistered(
            registered_on=project.registered_on, workers_listed=len({spell.worker for spell in project.crew})
        )
        yield Fact(project.registered_on, EJAKON, t.PROJECT_REGISTERED, subject, listed)
    yield from _ending(project, source)


def _ending(project: Project, source: str) -> Iterator[Fact]:
    subject = project.subject
    if project.completed_on:
        completed = d.ProjectCompleted(completed_on=project.completed_on)
        yield Fact(project.completed_on, source, t.PROJECT_COMPLETED, subject, completed)
    for payment in project.payments:
        paid = d.ProjectPaid(paid_on=payment.on, amount_idr=payment.amount_idr)
        yield Fact(payment.on, source, t.PROJECT_PAID, subject, paid)
    if project.cancelled_on:
        cancelled = d.ProjectCancelled(cancelled_on=project.cancelled_on)
        yield Fact(project.cancelled_on, source, t.PROJECT_CANCELLED, subject, cancelled)


def _award(project: Project) -> d.ProjectAwarded:
    agency, name = project.owner
    # A start that comes with an order of its own brings its end with it.
    end_known = project.contract_on or project.start_on
    return d.ProjectAwarded(
        title=project.title,
        kind=project.kind,
        method=project.method,
        owner=d.Owner(agency=agency, name=name),
        contractors=[firm.subject for firm in project.contractors],
        value_idr=project.value_idr,
        vat_included=None if project.kind == "community" else True,
        funding=f"APBD Kota Sukabumi {project.award_on.year}",
        contract_on=project.contract_on,
        start_on=project.start_on,
        end_on=project.end_on if end_known else None,
        workers_planned=project.workers_planned,
        region=project.region,
    )


def _workers(city: City) -> Iterator[Fact]:
    seed, today = city.plan.seed, city.plan.today
    for employer in city.employers:
        for spell in employer.staff:
            subject = f"worker:{numbers.nik(seed, spell.worker, today)}"
            yield from _spell(spell, subject, SIPP, "pu", employer.programmes, employer.region, None)
    for project in city.projects:
        for spell in project.crew:
            subject = f"worker:{numbers.nik(seed, spell.worker, today)}"
            yield from _spell(
                spell, subject, EJAKON, "jakon", ["jkk", "jkm"], project.region, project.subject
            )


def _spell(
    spell: Spell,
    subject: str,
    source: str,
    segment: d.Segment,
    programmes: list[d.Programme],
    region: str,
    project: str | None,
) -> Iterator[Fact]:
    enrolled = d.WorkerRegistered(
        segment=segment,
        programmes=programmes,
        effective_on=spell.on,
        employer=spell.employer,
        project=project,
        wage_idr=spell.wage,
        region=region,
    )
    yield Fact(spell.told_on or spell.on, source, t.WORKER_REGISTERED, subject, enrolled)
    if spell.raised_on:
        yield Fact(spell.raised_on, source, t.WORKER_UPDATED, subject, _raised(enrolled, spell))
    if spell.off and spell.told_off:
        gone = d.WorkerUnregistered(
            reason=spell.reason, effective_on=spell.off, employer=spell.employer, project=project
        )
        yield Fact(spell.told_off, source, t.WORKER_UNREGISTERED, subject, gone)


def _raised(enrolled: d.WorkerRegistered, spell: Spell) -> d.WorkerUpdated:
    fields = {name: getattr(enrolled, name) for name in enrolled.__struct_fields__}
    wage = spell.wage * 108 // 100
    return d.WorkerUpdated(**fields | {"effective_on": spell.raised_on, "wage_idr": wage})


def _contributions(city: City) -> Iterator[Fact]:
    days = Days(city.plan)
    for employer in city.employers:
        for posted in employer_contributions(employer, days):
            yield Fact(posted.posted_on, SIPP, t.CONTRIBUTION_POSTED, employer.subject, posted)
    for project in city.projects:
        for posted in project_contributions(project):
            yield Fact(posted.posted_on, EJAKON, t.CONTRIBUTION_POSTED, project.subject, posted)
