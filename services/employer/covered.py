"""What the coverage of a subject says about a day: workers, contributions, removals, incidents."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from shared.events import Event
from shared.events import data as d

Count = Callable[[d.Step], int]
_enrolled, _waged, _low = attrgetter("enrolled"), attrgetter("waged"), attrgetter("low")
_posted_on = attrgetter("posted_on")


@dataclass
class Covered:
    """A subject, the facts about it, and its coverage (under each of its names)."""

    subject: str
    facts: list[Event] = field(default_factory=list)
    coverage: list[d.CoverageChanged] = field(default_factory=list)

    def count(self, what: Count, day: date) -> int:
        """A count of workers on a day, over all names of this subject."""
        return sum(_at(one, what, day) for one in self.coverage)

    def enrolled(self, day: date) -> int:
        """Workers enrolled on a day."""
        return self.count(_enrolled, day)

    def waged(self, day: date) -> int:
        """Workers whose reported wage can be held against the minimum wage of their region."""
        return self.count(_waged, day)

    def low(self, day: date) -> int:
        """Workers whose reported wage is below that minimum."""
        return self.count(_low, day)

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

    def stretch(self, wrong: Callable[[date], bool], start: date, day: date) -> date:
        """The first day of the unbroken stretch up to `day`, not before `start`, on which it was `wrong`."""
        since = day
        for on in sorted({start, *(one for one in self.days() if start < one <= day)}, reverse=True):
            if not wrong(on):
                break
            since = on
        return since

    def days(self) -> set[date]:
        """Every day on which something known changes."""
        raise NotImplementedError

    def days_covered(self) -> set[date]:
        """Every day on which the coverage changes."""
        return {day for one in self.coverage for day in _days(one)}


def _at(coverage: d.CoverageChanged, what: Count, day: date) -> int:
    return next((what(step) for step in reversed(coverage.steps) if step.on <= day), 0)


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
