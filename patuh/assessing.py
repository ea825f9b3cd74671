"""The assessment over CloudEvents in files: the services' own pure functions, no Kafka and no database."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from patuh.cloudevents_files import Member
from services.employer.assessment import assess
from services.employer.finding import Finding
from services.employer.subjects import Subject, compose
from services.gateway.intake import open_member
from services.gateway.privacy import Pseudonyms
from services.gateway.screening import screen
from services.registry.enrolment import snapshots
from shared import topics
from shared.clock import local_date
from shared.events import BadEvent, Event, digest, types
from shared.events.data import FactRetracted, ProjectAwarded
from shared.law import Law
from shared.ledger import Identity

OnReject = Callable[[Member, BadEvent], None]
_JUDGED = (topics.EMPLOYERS, topics.PROJECTS)
_DATED = datetime(2000, 1, 1, tzinfo=UTC)


def facts_in(members: Iterable[Member], on_reject: OnReject) -> list[Event]:
    """The facts that stand: each once, none retracted; NIK become references under a passing key."""
    pseudonyms = Pseudonyms(secrets.token_hex(32))
    facts: dict[Identity, Event] = {}
    for member in members:
        try:
            _add(facts, _fact(member, pseudonyms))
        except BadEvent as error:
            on_reject(member, error)
    retracted = {(e.data.source, e.data.id) for e in facts.values() if isinstance(e.data, FactRetracted)}
    standing = (e for key, e in facts.items() if key not in retracted)
    return [e for e in standing if not isinstance(e.data, FactRetracted)]


def _fact(member: Member, pseudonyms: Pseudonyms) -> Event | None:
    raw = open_member(member.raw)
    if raw.type in types.ALL.keys() - types.FACTS.keys():
        return None
    return screen(raw, pseudonyms, _DATED)


def _add(facts: dict[Identity, Event], event: Event | None) -> None:
    if event is None:
        return
    known = facts.setdefault((event.source, event.id), event)
    if digest(known) != digest(event):
        raise BadEvent("id", "conflict: the same source and id said something else before")


def said_by(facts: Iterable[Event], day: date | None) -> list[Event]:
    """The facts that had been said by the end of a day (Asia/Jakarta); all of them without one."""
    return [fact for fact in facts if day is None or local_date(fact.time) <= day]


def subjects_in(facts: Iterable[Event]) -> dict[str, Subject]:
    """Every subject that these facts are about, put together as the services do it."""
    standing = list(facts)
    by_subject: dict[str, list[Event]] = defaultdict(list)
    for fact in standing:
        if fact.kind.topic in _JUDGED:
            by_subject[fact.subject].append(fact)
    coverage = snapshots(standing)
    known = by_subject.keys() | coverage.keys()
    projects = {subject for subject in known if subject.startswith("project:")}
    named = {c for f in standing if isinstance(f.data, ProjectAwarded) for c in f.data.contractors}
    everyone = (known | named) - projects
    return compose(known - projects, everyone, projects, by_subject, coverage, _feeds(standing))


def _feeds(facts: Iterable[Event]) -> dict[str, list[date]]:
    spoke: dict[str, set[date]] = defaultdict(set)
    for fact in facts:
        if fact.kind.topic in _JUDGED:
            spoke[f"feed:{fact.source}"].add(local_date(fact.time))
    return {feed: sorted(days) for feed, days in spoke.items()}


def findings_on(facts: Iterable[Event], law: Law, day: date) -> list[Finding]:
    """Every finding about every subject on a day, by subject and code."""
    found = [finding for subject in subjects_in(facts).values() for finding in assess(subject, law, day)]
    return sorted(found, key=lambda finding: (finding.subject, finding.code))


FIELDS = ("subject", "code", "since", "due", "workers", "amount_idr", "uncovered_working_days", "law")


def as_line(finding: Finding) -> dict[str, Any]:
    """A finding as the command prints it."""
    told = msgspec.to_builtins(finding)
    fields = (*FIELDS, "evidence", "undecided")
    return {name: told[name] for name in fields}
