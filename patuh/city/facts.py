"""Tells the records of a city as facts: who says what, about whom, on which day."""

from collections.abc import Iterator
from itertools import chain

from patuh.city.fact import BKPSDM, EJAKON, LPSE, OSS, SIPP, TAPEM, Fact
from patuh.city.public import Office
from patuh.city.records import City, Deposit, Employer, Project
from patuh.city.worker_facts import worker_facts
from shared.events import data as d
from shared.events import types as t


def city_facts(city: City) -> list[Fact]:
    """Every fact in order of days; on one day employers come before projects, workers and contributions."""
    told = chain(register_facts(city), worker_facts(city), _contributions(city))
    return sorted(told, key=lambda fact: fact.day)


def register_facts(city: City) -> Iterator[Fact]:
    """The facts about employers, offices and projects themselves, in no order of days."""
    yield from chain.from_iterable(_employer(employer) for employer in city.employers)
    yield from chain.from_iterable(_office(office) for office in city.offices)
    yield from chain.from_iterable(_project(project) for project in city.projects)


def _employer(employer: Employer) -> Iterator[Fact]:
    subject = employer.subject
    yield Fact(employer.obliged_since, OSS, t.EMPLOYER_REGISTERED, subject, _founding(employer))
    if employer.member_since:
        membership = d.EmployerUpdated(
            npp=employer.npp,
            member_since=employer.member_since,
            programmes=employer.programmes(employer.member_since) if employer.programmes_told else None,
        )
        yield Fact(employer.member_since, SIPP, t.EMPLOYER_UPDATED, subject, membership)
    if employer.widened_on:
        widened = d.EmployerUpdated(programmes=employer.fitting)
        yield Fact(employer.widened_on, SIPP, t.EMPLOYER_UPDATED, subject, widened)
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
        size=employer.size if employer.size_told else "unknown",
        sector="private",
        region=employer.region,
        workforce=employer.declared_before if employer.declared_on else employer.workforce,
        obliged_since=employer.obliged_since,
    )


def _office(office: Office) -> Iterator[Fact]:
    counts = dict(office.counts)
    founded = d.EmployerRegistered(
        name=office.name,
        sector="state",
        region=office.region,
        workforce=counts.pop(office.since, None),
    )
    yield Fact(office.since, BKPSDM, t.EMPLOYER_REGISTERED, office.subject, founded)
    for day, headcount in counts.items():
        declared = d.WorkforceDeclared(headcount=headcount, as_of=day)
        yield Fact(day, BKPSDM, t.WORKFORCE_DECLARED, office.subject, declared)


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
            registered_on=project.registered_on,
            workers_listed=len({spell.worker for spell in project.crew}) or None,
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
        vat_included=project.vat_included,
        funding=f"APBD Kota Sukabumi {project.award_on.year}",
        contract_on=project.contract_on,
        start_on=project.start_on,
        end_on=project.end_on if end_known else None,
        workers_planned=project.workers_planned,
        region=project.region,
    )


def _contributions(city: City) -> Iterator[Fact]:
    for employer in city.employers:
        yield from (_posted(SIPP, employer.subject, deposit) for deposit in employer.deposits)
    for project in city.projects:
        yield from (_posted(EJAKON, project.subject, deposit) for deposit in project.deposits)


def _posted(source: str, subject: str, deposit: Deposit) -> Fact:
    posted = d.ContributionPosted(
        period=deposit.period,
        amount_idr=deposit.amount_idr,
        workers=deposit.workers,
        posted_on=deposit.on,
    )
    return Fact(deposit.on, source, t.CONTRIBUTION_POSTED, subject, posted)
