"""What the coverage of a subject says about a day: workers, contributions, removals, incidents.

Rules ask the same things again and again: each answer is worked out once and kept with the subject. What
a rule asked of the coverage is also what its finding rests on: where newer coverage gives the same answers
the rule need not look again (docs/decisions/0022).
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from services.employer.known import Known, days_said, given
from shared.events import Event
from shared.events import data as d

T = TypeVar("T")
Count = Callable[[d.Step], int]
Wrong = Callable[[int], bool]
Counts = list[tuple[date, int]]
ENROLLED, WAGED, LOW = attrgetter("enrolled"), attrgetter("waged"), attrgetter("low")
_on, _posted_on, _first = attrgetter("on"), attrgetter("posted_on"), itemgetter(0)
_DAY = timedelta(days=1)


@dataclass
class Covered:
    """A subject, the facts about it, and its coverage under each of its names.

    Its facts do not change after the first question; its coverage only by `cover`. `asking` is the rule
    that looks at it now.
    """

    subject: str
    facts: list[Event] = field(default_factory=list)
    coverage: dict[str, d.CoverageChanged] = field(default_factory=dict)
    _told: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _answers: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _asked: dict[str, set[Any]] = field(default_factory=dict, init=False, repr=False, compare=False)
    asking: str = field(default="", init=False, repr=False, compare=False)

    def cover(self, name: str, snapshot: d.CoverageChanged) -> set[str]:
        """Take newer coverage under one of the names; the rules that asked something with another answer."""
        self.coverage = dict(sorted((self.coverage | {name: snapshot}).items()))
        wanted = set[Any]().union(*self._asked.values())
        before = {asked: answer for asked, answer in self._answers.items() if asked in wanted}
        self._answers = {asked: asked[0](self.coverage, *asked[1:]) for asked in before}
        changed = {asked for asked, answer in before.items() if self._answers[asked] != answer}
        touched = {rule for rule, asked in self._asked.items() if not asked.isdisjoint(changed)}
        for rule in touched:
            del self._asked[rule]
        return touched

    def _ask(self, work_out: Callable[..., T], *about: Any) -> T:
        """What `work_out` makes of the coverage."""
        question = (work_out, *about)
        if question not in self._answers:
            self._answers[question] = work_out(self.coverage, *about)
        self._asked.setdefault(self.asking, set()).add(question)
        answer: T = self._answers[question]
        return answer

    def given(self, name: str, *kinds: type[d.Data]) -> list[Known[Any]]:
        """Every value that facts of these kinds give for a field, by rank."""
        found: list[Known[Any]] | None = self._told.get((name, kinds))
        if found is None:
            found = self._told[name, kinds] = given(self.facts, name, *kinds)
        return found

    def enrolled(self, day: date) -> int:
        """Workers enrolled on a day, over all names of this subject."""
        return self._ask(_count, ENROLLED, day)

    def somebody(self, day: date) -> bool:
        """Whether any worker is enrolled on a day: does not change with every worker."""
        return self._ask(_any, ENROLLED, day)

    def waged(self, day: date) -> int:
        """Workers whose reported wage can be held against the minimum wage of their region."""
        return self._ask(_count, WAGED, day)

    def somebody_waged(self, day: date) -> bool:
        """Whether there is any such worker."""
        return self._ask(_any, WAGED, day)

    def low(self, day: date) -> int:
        """Workers whose reported wage is below that minimum."""
        return self._ask(_count, LOW, day)

    def postings(self, day: date) -> dict[str, d.Posting]:
        """The contributions posted by `day`, by period; those under several names are added up."""
        found: dict[str, d.Posting] = {}
        for one in self._ask(_posted, day):
            found[one.period] = _sum(found[one.period], one) if one.period in found else one
        return found

    def paid(self, day: date) -> int:
        """Rupiah of contributions posted by `day`."""
        return sum(one.amount_idr for one in self._ask(_posted, day))

    def paid_first(self, day: date) -> d.Posting | None:
        """The first contribution, by `day`, that was more than nothing: membership begins with it."""
        return min((p for p in self._ask(_posted, day) if p.amount_idr), key=_posted_on, default=None)

    def incidents(self, day: date) -> list[d.Incident]:
        """Accidents and deaths by `day`."""
        return self._ask(_incidents, day)

    def removed(self, day: date, first: date, last: date) -> list[d.Removal]:
        """Workers unregistered in first..last who are without cover on `day`."""
        return self._ask(_removed, day, first, last)

    def stretch(self, what: Count, wrong: Callable[[date], Wrong], start: date, day: date) -> date:
        """The first day of the unbroken stretch up to `day`, not before `start`, on which a count was wrong.

        Which counts are wrong may change only on the days that facts name: `wrong` is asked once for each.
        """
        since, until, counts = day, day, self._ask(_counts, what)
        for edge in sorted({start, *(one for one in self.days_told() if start < one <= day)}, reverse=True):
            is_wrong = wrong(edge)
            for on, count in reversed(_between(counts, edge, until)):
                if not is_wrong(count):
                    return since
                since = on
            until = edge - _DAY
        return since

    def days(self) -> set[date]:
        """Every day on which something known changes."""
        raise NotImplementedError

    def days_told(self) -> frozenset[date]:
        """The day of every fact, and every day that a fact names."""
        if "days" not in self._told:
            self._told["days"] = days_said(self.facts)
        told: frozenset[date] = self._told["days"]
        return told

    def days_covered(self) -> set[date]:
        """Every day on which the coverage changes."""
        return self._ask(covered_days)


Coverage = dict[str, d.CoverageChanged]


def covered_days(coverage: Coverage) -> set[date]:
    """Every day on which the coverage changes."""
    return {day for one in coverage.values() for day in _days(one)}


def _count(coverage: Coverage, what: Count, day: date) -> int:
    return sum([what(step) for one in coverage.values() if (step := _at(one.steps, day))])


def _any(coverage: Coverage, what: Count, day: date) -> bool:
    return _count(coverage, what, day) > 0


def _at(steps: list[d.Step], day: date) -> d.Step | None:
    """The step in force on a day; steps are in order."""
    place = bisect_right(steps, day, key=_on)
    return steps[place - 1] if place else None


def _counts(coverage: Coverage, what: Count) -> Counts:
    """A count from each day on which it changes."""
    if len(coverage) == 1:
        [one] = coverage.values()
        steps = [(step.on, what(step)) for step in one.steps]
    else:
        days = sorted({step.on for one in coverage.values() for step in one.steps})
        steps = [(on, _count(coverage, what, on)) for on in days]
    before = [0, *(count for _, count in steps)]
    return [step for step, count in zip(steps, before, strict=False) if step[1] != count]


def _between(counts: Counts, first: date, last: date) -> Counts:
    """The count on `first`, and each change of it until `last`."""
    begin, end = (bisect_right(counts, day, key=_first) for day in (first, last))
    return [(first, counts[begin - 1][1] if begin else 0), *counts[begin:end]]


def _posted(coverage: Coverage, day: date) -> list[d.Posting]:
    return [posting for one in coverage.values() for posting in one.postings if posting.posted_on <= day]


def _incidents(coverage: Coverage, day: date) -> list[d.Incident]:
    return [incident for one in coverage.values() for incident in one.incidents if incident.on <= day]


def _removed(coverage: Coverage, day: date, first: date, last: date) -> list[d.Removal]:
    found = [r for one in coverage.values() for r in one.removals if first <= r.on <= min(last, day)]
    return [r for r in found if r.until is None or r.until > day]


def _sum(one: d.Posting, other: d.Posting) -> d.Posting:
    return d.Posting(
        period=one.period,
        amount_idr=one.amount_idr + other.amount_idr,
        workers=one.workers + other.workers,
        posted_on=max(one.posted_on, other.posted_on),
    )


def _days(coverage: d.CoverageChanged) -> Iterator[date]:
    yield from (step.on for step in coverage.steps)
    yield from (posting.posted_on for posting in coverage.postings)
    yield from (incident.on for incident in coverage.incidents)
    yield from (day for r in coverage.removals for day in (r.on, r.until) if day)
