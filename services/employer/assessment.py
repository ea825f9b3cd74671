"""assess(facts about one subject, law, day) -> findings. Pure: no I/O, no clock, no framework.

The same functions serve the live stream, the deadline timer, `patuh assess`, `patuh explain`, the
clearance and the backtest.
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import cache, lru_cache

from services.employer.exposure import exposure
from services.employer.facts import EmployerFacts, FeedFacts, ProjectFacts
from services.employer.finding import Finding
from services.employer.rules import rules_for
from services.employer.rules.examining import Rules, run
from services.employer.rules.feed import days_of_silence
from services.employer.rules.inquiry import Examination
from services.employer.rules.months import days_of_lateness
from services.employer.subjects import Subject
from shared.calendar import add_working_days
from shared.law import Law

_DAY = timedelta(days=1)
_WORKING_DAYS = (
    "employer.registration-working-days",
    "employer.change-working-days",
    "project.registration-working-days",
    "project.change-working-days",
    "project.certificate-working-days",
)
# Of a subject that only the registry has heard of, only these can be judged.
_BY_COVERAGE_ALONE = ("worker.unprotected-incident", "group.cover-ending")
# Findings about which no family stands to lose the whole of its benefits.
_NOTHING_AT_STAKE = (
    "employer.in-arrears",
    "employer.wage-underreported",
    "project.underpaid",
    "project.contractor-flagged",
    "feed.silent",
)


def examine(subject: Subject, law: Law, day: date) -> list[Examination]:
    """What every rule for such a subject made of it on a day: wrong, fine, undecided or not applicable."""
    return [_with_exposure(one, law, day) for one in run(_rules(subject), subject, law, day)]


def assess(subject: Subject, law: Law, day: date, only: Collection[str] | None = None) -> list[Finding]:
    """All findings about a subject on a day, those that cannot be decided too: `examine` without what was
    asked. `only` those of some rules, unless None.
    """
    rules = _rules(subject)
    if only is not None:
        rules = {code: rule for code, rule in rules.items() if code in only}
    seen = [_with_exposure(one, law, day) for one in run(rules, subject, law, day, keeps=False)]
    return [one.finding for one in seen if one.finding]


def _rules(subject: Subject) -> Rules:
    rules = rules_for(subject.subject)
    if isinstance(subject, FeedFacts) or subject.facts:
        return rules
    known = _BY_COVERAGE_ALONE if subject.coverage else ()
    return {code: rule for code, rule in rules.items() if code in known}


def _with_exposure(one: Examination, law: Law, day: date) -> Examination:
    found = one.finding
    if found and one.outcome == "wrong" and found.workers and one.code not in _NOTHING_AT_STAKE:
        wage = law.minimum_wage(found.region, day)
        found.exposure = exposure(law, found.workers, wage.value if wage else None, day)
    return one


def change_days(subject: Subject, law: Law, until: date, after: date = date.min) -> list[date]:
    """Every day up to `until`, and the next after it, on which a finding may begin or end without a new fact.

    Days that facts name, deadlines that pass, contributions that fall due, changes of law. Days up to
    `after` may be left out.
    """
    if isinstance(subject, FeedFacts):
        return sorted(subject.days() | days_of_silence(subject, law) | law.change_days)
    first = _reaching_past(law, after)
    said = {day for day in subject.days() if day > first}
    limits = _limits(law, *_WORKING_DAYS)
    passed = {add_working_days(day, limit) + _DAY for day in said for limit in limits}
    worked = {add_working_days(day - _DAY, 1) for day in said}  # the first day that goes unprotected
    late = _lateness(subject, law, until, after)
    return sorted(
        said | passed | worked | late | _calendar_days(subject.subject, said, law) | law.change_days
    )


@cache
def _limits(law: Law, *names: str) -> frozenset[int]:
    """Every value, over time, of parameters that are a number of days."""
    return frozenset(int(row.value) for name in names for row in law.rows(name))


@lru_cache(maxsize=64)
def _reaching_past(law: Law, after: date) -> date:
    """What is said of this day or earlier ones changes nothing after `after`: no deadline is that long."""
    most = max(_limits(law, *_WORKING_DAYS), default=0)
    calendar = max(_limits(law, "group.warning-days", "project.late-review-days"), default=0)
    if after.toordinal() <= calendar + 1:
        return date.min
    day = after - (calendar + 1) * _DAY
    while add_working_days(day, most) >= after:
        day -= _DAY
    return day


def _lateness(subject: EmployerFacts | ProjectFacts, law: Law, until: date, after: date) -> set[date]:
    employers = subject.contractors.values() if isinstance(subject, ProjectFacts) else [subject]
    return {day for employer in employers for day in days_of_lateness(employer, law, until, after)}


def _calendar_days(name: str, said: set[date], law: Law) -> set[date]:
    if name.startswith("group:"):
        spans = [limit * _DAY for limit in _limits(law, "group.warning-days")]
        return {day + way for day in said for span in spans for way in (-span, span, span + _DAY)}
    if name.startswith("project:"):
        shown = [limit * _DAY for limit in _limits(law, "project.late-review-days")]
        return {day + span + _DAY for day in said for span in shown}
    return set()


def next_look(subject: Subject, law: Law, day: date, open_flags: bool) -> date | None:
    """The next day to look again: the next change, or tomorrow while days without cover add up."""
    if open_flags:
        return day + _DAY
    return next((change for change in change_days(subject, law, day, after=day) if change > day), None)


def ever_held(subject: Subject, law: Law, flagged: str, first: date, last: date) -> bool:
    """Whether, as known now, the flag was right on some day in first..last: mended, not mistaken.

    Days before the first of the law are left out: an obligation may be older than what is known of it.
    """
    rules = {code: rule for code, rule in _rules(subject).items() if code == flagged}
    return any(
        one.outcome == "wrong"
        for day in _walk(subject, law, max(first, law.first_day), last)
        for one in run(rules, subject, law, day, keeps=False)
    )


def _walk(subject: Subject, law: Law, first: date, last: date) -> Iterator[date]:
    yield first
    yield from (day for day in change_days(subject, law, last) if first < day < last)
    yield last
