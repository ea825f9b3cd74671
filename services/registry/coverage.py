"""Coverage from enrolment facts: pure, and independent of the order in which the facts came.

A worker's cover at one subject is a set of half-open spans of days. A subject's coverage is the sum
over its workers, kept as steps: from this day on, so many. A change of one worker is the difference
between her spans before and after, so the sum never has to be made anew.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from operator import attrgetter

from msgspec import Struct

from shared.events.data import Removal, Step

PROGRAMMES = ("jkk", "jkm", "jht", "jp", "jkp")
_DAY = timedelta(days=1)
_FOREVER = date.max
# Which counts a worker with a mask of programmes adds to: the workers, and each of its programmes.
_COUNTED = [(0, *(bit + 1 for bit in range(5) if programmes >> bit & 1)) for programmes in range(32)]
Counts = list[int]
Span = tuple[date, date, int]


class EnrolmentFact(Struct, gc=False):
    """One thing said about a worker's enrolment; `programmes` is a bit mask, -1 says unregistered."""

    effective_on: date
    time: datetime
    source: str
    id: str
    employer: str
    programmes: int
    covered_until: date | None = None

    @property
    def removes(self) -> bool:
        return self.programmes < 0


def mask(programmes: Iterable[str]) -> int:
    """The programmes as a bit mask, in the order of PROGRAMMES."""
    return sum(1 << PROGRAMMES.index(name) for name in set(programmes))


_in_time = attrgetter("effective_on", "time", "source", "id")


def spans(facts: Iterable[EnrolmentFact]) -> list[Span]:
    """When one worker is enrolled at one subject: [first day, first day without), programmes.

    The state on a day is the last fact with `effective_on` on or before it, per employer (design
    5.2); a worker whom several members of a KSO enrolled counts once.
    """
    by_employer: dict[str, list[EnrolmentFact]] = defaultdict(list)
    for fact in facts:
        by_employer[fact.employer].append(fact)
    found = [span for group in by_employer.values() for span in _spans_of_one(group)]
    return found if len(by_employer) < 2 else _union(found)


def _spans_of_one(facts: list[EnrolmentFact]) -> list[Span]:
    facts.sort(key=_in_time)
    found: list[Span] = []
    for index, fact in enumerate(facts):
        until = facts[index + 1].effective_on if index + 1 < len(facts) else _FOREVER
        if fact.covered_until:
            until = min(until, fact.covered_until + _DAY)
        if not fact.removes and fact.effective_on < until:
            _extend(found, (fact.effective_on, until, fact.programmes))
    return found


def _extend(found: list[Span], span: Span) -> None:
    """Add a span; one that only continues the last is part of it, so that an update of nothing is none."""
    if found and found[-1][1:] == (span[0], span[2]):
        span = (found.pop()[0], *span[1:])
    found.append(span)


def _union(found: list[Span]) -> list[Span]:
    edges = sorted({edge for first, until, _ in found for edge in (first, until)})
    merged: list[Span] = []
    for first, until in pairwise(edges):
        masks = [programmes for a, b, programmes in found if a <= first < b]
        if masks:
            _extend(merged, (first, until, _or(masks)))
    return merged


def _or(masks: list[int]) -> int:
    together = 0
    for one in masks:
        together |= one
    return together


def removals(worker: str, facts: list[EnrolmentFact]) -> list[Removal]:
    """The worker's unregistrations that left her without cover, until she is covered again."""
    covered = spans(facts)
    found = []
    for fact in sorted((f for f in facts if f.removes), key=_in_time):
        if any(first <= fact.effective_on < until for first, until, _ in covered):
            continue
        again = min((first for first, _, _ in covered if first > fact.effective_on), default=None)
        found.append(
            Removal(worker=worker, on=fact.effective_on, until=again, source=fact.source, id=fact.id)
        )
    return found


def in_order(found: Iterable[Removal]) -> list[Removal]:
    """Removals in the one order in which they are published."""
    return sorted(found, key=lambda r: (r.on, r.worker, r.source, r.id))


class Deltas:
    """By how much each count of a subject changes on each day."""

    def __init__(self) -> None:
        self._days: dict[date, Counts] = {}

    def add(self, covered: Iterable[Span], sign: int) -> None:
        """Add (`sign` 1) or take away (-1) a worker's spans."""
        for first, until, programmes in covered:
            self._at(first, programmes, sign)
            if until != _FOREVER:
                self._at(until, programmes, -sign)

    def _at(self, day: date, programmes: int, sign: int) -> None:
        counts = self._days.get(day)
        if counts is None:
            counts = self._days[day] = [0] * 6
        for index in _COUNTED[programmes]:
            counts[index] += sign

    def __bool__(self) -> bool:
        return any(any(counts) for counts in self._days.values())

    def apply(self, steps: list[Step]) -> list[Step]:
        """The steps with these changes: sorted by day, none that changes nothing."""
        total = {day: list(counts) for day, counts in self._days.items()}
        before: tuple[int, ...] = (0,) * 6
        for step in steps:
            counts = total.setdefault(step.on, [0] * 6)
            for index, value in enumerate(_counts(step)):
                counts[index] += value - before[index]
            before = _counts(step)
        return _running(total)


def _counts(step: Step) -> tuple[int, ...]:
    return (step.enrolled, step.jkk, step.jkm, step.jht, step.jp, step.jkp)


def _running(changes: dict[date, Counts]) -> list[Step]:
    running, steps = [0] * 6, []
    for day in sorted(changes):
        if any(changes[day]):
            running = [a + b for a, b in zip(running, changes[day], strict=True)]
            steps.append(Step(day, *running))
    return steps
