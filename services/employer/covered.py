"""What the coverage of a subject says about a day: workers, contributions, removals, incidents.

Rules ask the same things again and again: what was worked out is kept with the subject, which is whole
before the first question and does not change afterwards.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import attrgetter, itemgetter
from typing import Any

from services.employer.known import Known, days_said, given
from shared.events import Event
from shared.events import data as d

Count = Callable[[d.Step], int]
Wrong = Callable[[int], bool]
ENROLLED, WAGED, LOW = attrgetter("enrolled"), attrgetter("waged"), attrgetter("low")
_on, _posted_on, _first = attrgetter("on"), attrgetter("posted_on"), itemgetter(0)
_DAY = timedelta(days=1)


@dataclass
class Covered:
    """A subject, the facts about it, and its coverage (under each of its names)."""

    subject: str
    facts: list[Event] = field(default_factory=list)
    coverage: list[d.CoverageChanged] = field(default_factory=list)
    _kept: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def given(self, name: str, *kinds: type[d.Data]) -> list[Known[Any]]:
        """Every value that facts of these kinds give for a field, by rank."""
        found: list[Known[Any]] | None = self._kept.get((name, kinds))
        if found is None:
            found = self._kept[name, kinds] = given(self.facts, name, *kinds)
        return found

    def count(self, what: Count, day: date) -> int:
        """A count of workers on a day, over all names of this subject."""
        steps: list[d.Step] | None = self._kept.get(day)
        if steps is None:
            steps = self._kept[day] = [step for one in self.coverage if (step := _at(one.steps, day))]
        return sum([what(step) for step in steps])

    def enrolled(self, day: date) -> int:
        """Workers enrolled on a day."""
        return self.count(ENROLLED, day)

    def waged(self, day: date) -> int:
        """Workers whose reported wage can be held against the minimum wage of their region."""
        return self.count(WAGED, day)

    def low(self, day: date) -> int:
        """Workers whose reported wage is below that minimum."""
        return self.count(LOW, day)

    def postings(self, day: date) -> dict[str, d.Posting]:
        """The contributions posted by `day`, by period; those under several names are added up."""
        found: dict[str, d.Posting] = {}
        for one in self._posted(day):
            found[one.period] = _sum(found[one.period], one) if one.period in found else one
        return found

    def paid(self, day: date) -> int:
        """Rupiah of contributions posted by `day`."""
        return sum(one.amount_idr for one in self._posted(day))

    def paid_first(self, day: date) -> d.Posting | None:
        """The first contribution, by `day`, that was more than nothing: membership begins with it."""
        return min((p for p in self._posted(day) if p.amount_idr), key=_posted_on, default=None)

    def _posted(self, day: date) -> Iterator[d.Posting]:
        return (p for one in self.coverage for p in one.postings if p.posted_on <= day)

    def incidents(self, day: date) -> list[d.Incident]:
        """Accidents and deaths by `day`."""
        return [i for one in self.coverage for i in one.incidents if i.on <= day]

    def stretch(self, what: Count, wrong: Callable[[date], Wrong], start: date, day: date) -> date:
        """The first day of the unbroken stretch up to `day`, not before `start`, on which a count was wrong.

        Which counts are wrong may change only on the days that facts name: `wrong` is asked once for each.
        """
        since, until = day, day
        for edge in sorted({start, *(one for one in self.days_told() if start < one <= day)}, reverse=True):
            is_wrong = wrong(edge)
            for on, count in reversed(self._counts(what, edge, until)):
                if not is_wrong(count):
                    return since
                since = on
            until = edge - _DAY
        return since

    def _counts(self, what: Count, first: date, last: date) -> list[tuple[date, int]]:
        """The count on `first`, and each later one until `last`."""
        if what not in self._kept:
            days = sorted({step.on for one in self.coverage for step in one.steps})
            self._kept[what] = [(on, self.count(what, on)) for on in days]
        found: list[tuple[date, int]] = self._kept[what]
        begin, end = (bisect_right(found, day, key=_first) for day in (first, last))
        return [(first, found[begin - 1][1] if begin else 0), *found[begin:end]]

    def days(self) -> set[date]:
        """Every day on which something known changes."""
        raise NotImplementedError

    def days_told(self) -> frozenset[date]:
        """The day of every fact, and every day that a fact names."""
        if "told" not in self._kept:
            self._kept["told"] = days_said(self.facts)
        told: frozenset[date] = self._kept["told"]
        return told

    def days_covered(self) -> set[date]:
        """Every day on which the coverage changes."""
        return {day for one in self.coverage for day in _days(one)}


def _at(steps: list[d.Step], day: date) -> d.Step | None:
    """The step in force on a day; steps are in order."""
    place = bisect_right(steps, day, key=_on)
    return steps[place - 1] if place else None


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
