"""Clearance: may this contractor be given the work, may this project be paid? Pure.

It is read off the same examinations as the flags. Clear is only what was examined and found in order:
what is not known, and what no rule could judge, never reads as clear.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct

from services.employer.clearance import words as texts
from services.employer.finding import Finding
from services.employer.rules.inquiry import About, Examination
from shared.clock import JAKARTA
from shared.events.data import Bilingual
from shared.law import Law

Status = Literal["clear", "not-clear", "unknown"]
Kind = Literal["contractor", "project", "agency", "group"]

NO_FACTS, NOTHING_EXAMINED = "clearance.no-facts", "clearance.nothing-examined"
_KINDS: dict[str, Kind] = {
    "employer": "contractor",
    "project": "project",
    "agency": "agency",
    "group": "group",
}
_DAY = timedelta(days=1)


class Reason(Struct, kw_only=True):
    """Why not clear: the finding; or why unknown: what lacks. `since` is a local date."""

    code: str
    title: Bilingual
    reason: Bilingual
    remedy: Bilingual
    since: date | None = None
    articles: list[str] = []


class Unsure(Struct, frozen=True, order=True):
    """A parameter of the law that was used and is not certain (`medium` or `low`)."""

    name: str
    value: str
    article: str
    confidence: str


class Clearance(Struct, kw_only=True):
    """What can be said of a subject at `as_of` (an instant), until the end of `valid_until` (a local date).

    `kind`: contractor (before the award), project (before an instalment), or an office or a group.
    """

    subject: str
    name: str
    kind: Kind
    status: Status
    reasons: list[Reason]
    as_of: datetime
    valid_until: date
    unsure: list[Unsure] = []


def clearance(
    about: About,
    examinations: list[Examination],
    change_days: Iterable[date],
    law: Law,
    day: date,
    now: datetime,
) -> Clearance:
    """The clearance of a subject on a day, from what every rule made of it; none when nothing is known of it.

    It is valid until the day before something changes by itself, at the longest for `clearance.valid-days`.
    Raises LookupError when the law has no such parameter on the day.
    """
    status, reasons = _judged(examinations, law)
    return Clearance(
        subject=about.subject,
        name=about.name,
        kind=_KINDS[about.subject.partition(":")[0]],
        status=status,
        reasons=reasons,
        as_of=now.astimezone(JAKARTA).replace(microsecond=0),
        valid_until=_valid_until(change_days, int(law.parameter("clearance.valid-days", day).value), day),
        unsure=_unsure(examinations),
    )


def _judged(examinations: list[Examination], law: Law) -> tuple[Status, list[Reason]]:
    """Wrong before undecided: one violation is enough. A notice reminds, and is no violation."""
    found = [one.finding for one in examinations if one.outcome == "wrong" and one.finding]
    if wrong := [_wrong(finding, law) for finding in found if finding.level == "violation"]:
        return "not-clear", wrong
    if lacking := [_lacking(one, law) for one in examinations if one.outcome == "undecided"]:
        return "unknown", lacking
    if not any(one.outcome in ("fine", "wrong") for one in examinations):
        return "unknown", [_nothing(NOTHING_EXAMINED if examinations else NO_FACTS)]
    return "clear", []


def _wrong(finding: Finding, law: Law) -> Reason:
    title, reason, remedy = finding.texts(law)
    return Reason(
        code=finding.code,
        title=title,
        reason=reason,
        remedy=remedy,
        since=finding.since,
        articles=finding.law,
    )


def _lacking(one: Examination, law: Law) -> Reason:
    asked = next((c.name for c in reversed(one.conditions) if c.holds is None), "")
    missing = texts.missing(asked, one.undecided or asked)
    return Reason(
        code=one.code,
        title=texts.filled("missing", missing),
        reason=texts.filled("undecided", law.rules[one.code].title),
        remedy=texts.filled("supply", missing),
        articles=law.rules[one.code].law,
    )


def _nothing(code: str) -> Reason:
    return Reason(
        code=code,
        title=texts.text(f"{code}.title"),
        reason=texts.text(f"{code}.reason"),
        remedy=texts.text(f"{code}.remedy"),
    )


def _valid_until(change_days: Iterable[date], longest: int, day: date) -> date:
    ahead = min((change - _DAY for change in change_days if change > day), default=date.max)
    return min(ahead, day + longest * _DAY)


def _unsure(examinations: list[Examination]) -> list[Unsure]:
    """The uncertain parameters behind what was decided."""
    decided = [one for one in examinations if one.outcome != "not-applicable"]
    return sorted(set(_uncertain(decided)))


def _uncertain(examinations: list[Examination]) -> Iterator[Unsure]:
    for one in examinations:
        asked = [e for condition in one.conditions for e in condition.evidence]
        for evidence in asked + (one.finding.evidence if one.finding else []):
            if evidence.article and evidence.confidence in ("medium", "low"):
                yield Unsure(evidence.name, evidence.value, evidence.article, evidence.confidence)
