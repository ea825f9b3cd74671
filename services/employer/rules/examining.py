"""Runs rules on a subject: each gives one examination, whatever it ends in. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import singledispatch
from typing import Any

from services.employer.facts import EmployerFacts, FeedFacts, ProjectFacts
from services.employer.finding import Finding
from services.employer.rules.inquiry import About, Ended, Examination, Inquiry
from shared.law import Law

Rule = Callable[[Inquiry, Any], Finding]
Rules = Mapping[str, Rule]


def run(
    rules: Rules, subject: EmployerFacts | ProjectFacts | FeedFacts, law: Law, day: date, keeps: bool = True
) -> list[Examination]:
    """What each rule in force on `day` makes of the subject, in the order of the rules.

    Unless it `keeps` what was asked, an examination has no conditions.
    """
    if not rules:
        return []
    whom = about(subject, day)
    in_force = [code for code in rules if law.rules[code].valid_from <= day]
    return [_examine(rules[code], Inquiry(code, law, day, whom, keeps), subject) for code in in_force]


def _examine(rule: Rule, inquiry: Inquiry, subject: Any) -> Examination:
    subject.asking = inquiry.code
    try:
        found = rule(inquiry, subject)
    except Ended as end:
        lacking = inquiry.finding([], undecided=end.undecided) if end.undecided else None
        return Examination(inquiry.code, end.outcome, inquiry.conditions, lacking, end.undecided)
    return Examination(inquiry.code, "wrong", inquiry.conditions, found)


@singledispatch
def about(subject: Any, day: date) -> About:
    """The subject as people know it on a day."""
    raise NotImplementedError(type(subject))


@about.register
def _(employer: EmployerFacts, day: date) -> About:
    name, region = employer.known("name", day), employer.known("region", day)
    sector = employer.known("sector", day)
    return About(
        subject=employer.subject,
        name=str(name.value) if name else _spoken(employer.subject),
        region=region.value if region else None,
        sector=sector.value if sector else None,
    )


def _spoken(subject: str) -> str:
    """A group is known by its own name: `pedagang keliling`."""
    return subject.removeprefix("group:").replace("-", " ") if subject.startswith("group:") else subject


@about.register
def _(project: ProjectFacts, day: date) -> About:
    title, region, end = project.known("title", day), project.known("region", day), project.end(day)
    return About(
        subject=project.subject,
        name=str(title.value) if title else project.subject,
        region=region.value if region else None,
        ends_on=end.value if end else None,
    )


@about.register
def _(feed: FeedFacts, day: date) -> About:
    return About(subject=feed.subject, name=feed.subject.removeprefix("feed:"))
