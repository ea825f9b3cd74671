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
from services.employer.law import Law
from services.employer.subjects import compose
from services.gateway.intake import open_member
from services.gateway.privacy import Pseudonyms
from services.gateway.screening import screen
from services.registry.enrolment import snapshots
from shared import topics
from shared.events import BadEvent, Event, digest, types
from shared.events.data import FactRetracted, ProjectAwarded
from shared.ledger import Identity

OnReject = Callable[[Member, BadEvent], None]
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


def findings_on(facts: list[Event], law: Law, day: date) -> list[Finding]:
    """Every finding about every subject on a day, by subject and code."""
    by_subject: dict[str, list[Event]] = defaultdict(list)
    for fact in facts:
        if fact.kind.topic in (topics.EMPLOYERS, topics.PROJECTS):
            by_subject[fact.subject].append(fact)
    projects = {s for s in by_subject if s.startswith("project:")}
    employers = by_subject.keys() - projects
    named = {c for f in facts if isinstance(f.data, ProjectAwarded) for c in f.data.contractors}
    coverage = snapshots(facts)
    enrolling = {subject for subject in coverage if subject.startswith("employer:")}
    everyone = employers | named | enrolling
    subjects = compose(employers, everyone, projects, by_subject, coverage)
    found = [finding for subject in subjects.values() for finding in assess(subject, law, day)]
    return sorted(found, key=lambda finding: (finding.subject, finding.code))


FIELDS = ("subject", "code", "since", "due", "workers", "amount_idr", "uncovered_working_days", "law")


def as_line(finding: Finding) -> dict[str, Any]:
    """A finding as the command prints it."""
    told = msgspec.to_builtins(finding)
    fields = (*FIELDS, "evidence", "undecided")
    return {name: told[name] for name in fields}
