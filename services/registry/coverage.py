"""Coverage from enrolment facts: pure, and independent of the order in which the facts came.

A worker's cover at one subject is a set of half-open spans of days, each with a mask of what she counts
for: her programmes, and whether her wage can be compared and is too low (`wages`). A subject's coverage
is the sum over its workers, kept as steps: from this day on, so many. A change of one worker is the
difference between her spans before and after, so the sum never has to be made anew.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache, reduce
from itertools import pairwise
from operator import attrgetter, or_

from msgspec import Struct

from services.registry.deltas import FOREVER, Deltas
from services.registry.wages import LOW, WAGED, Minimums, Span, extend
from shared.events.data import Removal

PROGRAMMES = ("jkk", "jkm", "jht", "jp", "jkp")
_DAY = timedelta(days=1)


class Terms(Struct, gc=False):
    """What of a fact decides how its worker counts, as long as it stands."""

    programmes: int
    covered_until: date | None
    wage_idr: int | None
    region: str | None


class EnrolmentFact(Struct, gc=False):
    """One thing said about a worker's enrolment; `programmes` is a bit mask, -1 says unregistered.

    `wage_idr` is the reported monthly wage, `region` where she works; both may be unknown.
    """

    effective_on: date
    time: datetime
    source: str
    id: str
    employer: str
    programmes: int
    covered_until: date | None = None
    wage_idr: int | None = None
    region: str | None = None

    @property
    def removes(self) -> bool:
        return self.programmes < 0


@lru_cache(maxsize=1024)
def mask(programmes: tuple[str, ...]) -> int:
    """The programmes as a bit mask, in the order of PROGRAMMES."""
    return sum(1 << PROGRAMMES.index(name) for name in set(programmes))


# Of two facts about a worker the later one in this order stands.
in_time = attrgetter("effective_on", "time", "source", "id")


Stretch = tuple[date, date, EnrolmentFact]


def spans(facts: Iterable[EnrolmentFact], minimums: Minimums) -> list[Span]:
    """When one worker is enrolled at one subject: [first day, first day without), mask.

    The state on a day is the last fact with `effective_on` on or before it, per employer (design
    5.2); a worker whom several members of a KSO enrolled counts once. Of the wages that they report
    the highest one counts: in doubt the employers are believed.
    """
    groups = _by_employer(facts)
    if len(groups) > 1:
        return _union([piece for group in groups for piece in _pieces(group, minimums)])
    return _judged(_stretches(groups[0]), minimums) if groups else []


def _judged(stretches: list[Stretch], minimums: Minimums) -> list[Span]:
    found: list[Span] = []
    for first, until, fact in stretches:
        minimums.judge(found, first, until, fact.programmes, fact.wage_idr, fact.region)
    return found


def _by_employer(facts: Iterable[EnrolmentFact]) -> list[list[EnrolmentFact]]:
    by_employer: dict[str, list[EnrolmentFact]] = defaultdict(list)
    for fact in facts:
        by_employer[fact.employer].append(fact)
    return list(by_employer.values())


def _stretches(facts: list[EnrolmentFact]) -> list[Stretch]:
    """The days for which each fact of one employer is the one that enrols the worker."""
    facts.sort(key=in_time)
    found: list[Stretch] = []
    for index, fact in enumerate(facts):
        until = facts[index + 1].effective_on if index + 1 < len(facts) else FOREVER
        if fact.covered_until:
            until = min(until, fact.covered_until + _DAY)
        if not fact.removes and fact.effective_on < until:
            found.append((fact.effective_on, until, fact))
    return found


_Piece = tuple[Span, int]


def _pieces(group: list[EnrolmentFact], minimums: Minimums) -> list[_Piece]:
    """The spans under one employer, each with the reported wage (-1: none)."""
    return [
        (span, -1 if stretch[2].wage_idr is None else stretch[2].wage_idr)
        for stretch in _stretches(group)
        for span in _judged([stretch], minimums)
    ]


def _union(found: list[_Piece]) -> list[Span]:
    edges = sorted({edge for (first, until, _), _ in found for edge in (first, until)})
    merged: list[Span] = []
    for first, until in pairwise(edges):
        told = [(wage, mask) for (a, b, mask), wage in found if a <= first < b]
        if told:
            extend(merged, first, until, _together(told))
    return merged


def _together(told: list[tuple[int, int]]) -> int:
    """The programmes of all; the verdict on the highest wage, the kindest one when it is told twice."""
    highest = max(wage for wage, _ in told)
    verdicts = {mask & (WAGED | LOW) for wage, mask in told if wage == highest}
    verdict = next(kind for kind in (WAGED, 0, WAGED | LOW) if kind in verdicts)
    return reduce(or_, (mask & ~(WAGED | LOW) for _, mask in told)) | verdict


def followed(
    before: Terms | EnrolmentFact | None, new: EnrolmentFact, minimums: Minimums, deltas: Deltas
) -> None:
    """Add to `deltas` what one more fact changes where one employer has said all about a worker.

    The new fact is the latest: the days before it are as they were, and what was said `before` ends there.
    """
    if before is not None:
        deltas.add(_covered(before, new.effective_on, minimums), -1)
    deltas.add(_covered(new, new.effective_on, minimums), 1)


def continues(before: Terms | EnrolmentFact, new: EnrolmentFact, minimums: Minimums) -> bool:
    """Whether a worker counts for the same as before, as when she only earns more than enough already."""
    if before.programmes != new.programmes or before.covered_until != new.covered_until:
        return False
    if before.wage_idr == new.wage_idr and before.region == new.region:
        return True
    now = minimums.schedule(new.wage_idr, new.region)
    return minimums.schedule(before.wage_idr, before.region) is now


def _covered(fact: EnrolmentFact | Terms, first: date, minimums: Minimums) -> list[Span]:
    until = fact.covered_until + _DAY if fact.covered_until else FOREVER
    found: list[Span] = []
    if fact.programmes >= 0 and first < until:
        minimums.judge(found, first, until, fact.programmes, fact.wage_idr, fact.region)
    return found


def covers(facts: Iterable[EnrolmentFact], day: date) -> bool:
    """Whether the worker whom these facts are about is enrolled on a day."""
    return any(first <= day < until for group in _by_employer(facts) for first, until, _ in _stretches(group))


def removals(worker: str, facts: list[EnrolmentFact]) -> list[Removal]:
    """The worker's unregistrations that left her without cover, until she is covered again."""
    covered = [stretch for group in _by_employer(facts) for stretch in _stretches(group)]
    found = []
    for fact in sorted((f for f in facts if f.removes), key=in_time):
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
