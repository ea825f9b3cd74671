"""From all that was gathered about a subject to its clearance. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from services.employer.assessment import change_days, examine
from services.employer.clearance.decision import Clearance, clearance
from services.employer.facts import EmployerFacts, FeedFacts
from services.employer.parties import identifiers
from services.employer.rules.examining import about
from services.employer.rules.inquiry import Examination
from services.employer.subjects import Subject
from shared.law import Law


def clearance_of(
    gathered: Mapping[str, Subject], asked: str, law: Law, day: date, now: datetime
) -> Clearance:
    """The clearance of `asked`, under whichever of its names it was asked for.

    It is said of the one subject that all these names mean.
    """
    subject = _party(gathered, asked)
    longest = timedelta(days=int(law.parameter("clearance.valid-days", day).value))
    changes = change_days(subject, law, day + longest)
    return clearance(about(subject, day), _examinations(subject, law, day), changes, law, day, now)


def _examinations(subject: Subject, law: Law, day: date) -> list[Examination]:
    """What counts: coverage alone says what is wrong, but only of a group does it say that all is well."""
    made = examine(subject, law, day)
    if _has_facts(subject) or subject.subject.startswith("group:"):
        return made
    return [one for one in made if one.outcome == "wrong"]


def _party(gathered: Mapping[str, Subject], asked: str) -> Subject:
    named = (one for one in gathered.values() if _has_facts(one) and asked in _names(one))
    return next(named, None) or gathered.get(asked) or EmployerFacts(asked)


def _has_facts(subject: Subject) -> bool:
    return not isinstance(subject, FeedFacts) and bool(subject.facts)


def _names(subject: Subject) -> set[str]:
    facts = [] if isinstance(subject, FeedFacts) else subject.facts
    return {subject.subject, *(name for fact in facts for name in identifiers(fact))}
