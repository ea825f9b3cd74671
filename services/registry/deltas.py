"""By how much the counts of a subject change, and its steps with these changes. Pure."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from operator import add, attrgetter

from services.registry.wages import Span
from shared.events.data import Step

FOREVER = date.max
# Which counts a worker with a mask adds to: the workers, and one for each bit of the mask.
_COUNTED = [(0, *(bit + 1 for bit in range(7) if mask >> bit & 1)) for mask in range(128)]
_COUNTS = 8
Counts = list[int]
_ON = attrgetter("on")
_NOBODY: tuple[int, ...] = (0,) * _COUNTS


class Deltas:
    """By how much each count of a subject changes on each day."""

    def __init__(self) -> None:
        self._days: dict[tuple[date, int], int] = {}

    def add(self, covered: Iterable[Span], sign: int) -> None:
        """Add (`sign` 1) or take away (-1) a worker's spans."""
        days = self._days
        for first, until, counted in covered:
            key = (first, counted)
            days[key] = days.get(key, 0) + sign
            if until != FOREVER:
                key = (until, counted)
                days[key] = days.get(key, 0) - sign

    def __bool__(self) -> bool:
        return bool(self._changes())

    def _changes(self) -> list[tuple[date, Counts]]:
        """The days on which anything changes, in order, with by how much each count does."""
        total: dict[date, Counts] = {}
        for (day, counted), by in self._days.items():
            if by:
                counts = total.setdefault(day, [0] * _COUNTS)
                for index in _COUNTED[counted]:
                    counts[index] += by
        return sorted((day, counts) for day, counts in total.items() if any(counts))

    def apply(self, steps: list[Step]) -> list[Step]:
        """The steps with these changes: sorted by day, none that changes nothing.

        Only the days from the first change on are counted anew: between one change and the next all counts
        differ by the same from what they were.
        """
        changes = self._changes()
        if not changes:
            return steps
        begins = [bisect_left(steps, day, key=_ON) for day, _ in changes]
        found, by = steps[: begins[0]], _NOBODY
        for (day, more), begin, end in zip(changes, begins, [*begins[1:], len(steps)], strict=True):
            by = tuple(map(add, by, more))
            part = steps[begin:end]
            if not part or part[0].on != day:
                part.insert(0, Step(day, *_counts(steps[begin - 1] if begin else None)))
            first, *later = _shifted(part, by)
            if _counts(first) != _counts(found[-1] if found else None):
                found.append(first)
            found += later
        return found


def _counts(step: Step | None) -> tuple[int, ...]:
    if step is None:
        return _NOBODY
    return (step.enrolled, step.jkk, step.jkm, step.jht, step.jp, step.jkp, step.waged, step.low)


def _shifted(steps: list[Step], by: tuple[int, ...]) -> list[Step]:
    """All counts of the steps changed by the same."""
    if not any(by):
        return steps
    a, b, c, d, e, f, g, h = by
    return [
        Step(
            s.on, s.enrolled + a, s.jkk + b, s.jkm + c, s.jht + d, s.jp + e, s.jkp + f, s.waged + g, s.low + h
        )
        for s in steps
    ]
