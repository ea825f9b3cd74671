"""Minimum wages by regency, prepared for the stream: which of a worker's days are paid below them. Pure.

The minimum wage changes with the year, so one reported wage can be enough in December and too low in
January: a span of cover is split on the days on which the minimum wage of its region changes.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from functools import cache

from shared.law import REGENCY, Law, load

PARAMETER = "wage.minimum"
# Beside the bits of the five programmes: the wage can be compared on these days, and it is too low.
WAGED, LOW = 32, 64
Span = tuple[date, date, int]


class Minimums:
    """Of each regency (`32.72`) the days from which a monthly minimum wage holds, in rupiah.

    `None` says that from that day on none is known. Before the first day none is known either.
    """

    def __init__(self, by_regency: Mapping[str, Mapping[date, int | None]]) -> None:
        self._of = {name: _schedules(amounts) for name, amounts in by_regency.items()}
        said = repr(sorted((name, sorted(amounts.items())) for name, amounts in by_regency.items()))
        # Kept coverage was counted with one table: with another one it has to be counted anew.
        self.digest = int.from_bytes(
            hashlib.blake2b(said.encode(), digest_size=8).digest(), "big", signed=True
        )

    def judge(
        self, found: list[Span], first: date, until: date, mask: int, wage_idr: int | None, region: str | None
    ) -> None:
        """Add the span to `found` in pieces, each marked WAGED and LOW as the wage deserves on its days.

        A wage or a region that nobody reported, a regency without a minimum wage and a year without
        one leave the days unmarked: nothing can be said about them.
        """
        days, marks = self.schedule(wage_idr, region)
        at = bisect_right(days, first)
        while days[at] < until:
            extend(found, first, days[at], mask | marks[at])
            first = days[at]
            at += 1
        extend(found, first, until, mask | marks[at])

    def schedule(self, wage_idr: int | None, region: str | None) -> "Schedule":
        """The verdicts on a wage over time: the very same object for wages between the same minimums."""
        if wage_idr is None or not region:
            return _NO_VERDICT
        known = self._of.get(region[:REGENCY])
        return known[1][bisect_right(known[0], wage_idr)] if known else _NO_VERDICT


def extend(found: list[Span], first: date, until: date, mask: int) -> None:
    """Add a span; one that only continues the last is part of it, so that an update of nothing is none."""
    if found and found[-1][2] == mask and found[-1][1] == first:
        first = found.pop()[0]
    found.append((first, until, mask))


Schedule = tuple[list[date], list[int]]
_NO_VERDICT: Schedule = ([date.max], [0])


def _schedules(amounts: Mapping[date, int | None]) -> tuple[list[int], list[Schedule]]:
    """The amounts of a regency, sorted, and one schedule for the wages below, between and above them."""
    steps = sorted({amount for amount in amounts.values() if amount is not None})
    return steps, [_schedule(amounts, wage) for wage in (-1, *steps)]


def _schedule(amounts: Mapping[date, int | None], wage_idr: int) -> Schedule:
    """On which days the verdict on a wage changes, with one that never comes; the verdicts between them."""
    days: list[date] = []
    marks = [0]
    for day in sorted(amounts):
        mark = _verdict(wage_idr, amounts[day])
        if mark != marks[-1]:
            days.append(day)
            marks.append(mark)
    return [*days, date.max], marks


def _verdict(wage_idr: int, minimum: int | None) -> int:
    if minimum is None:
        return 0
    return WAGED | LOW if wage_idr < minimum else WAGED


def minimums(law: Law) -> Minimums:
    """The minimum wages of a law, asked once for every regency and every day of change."""
    days = law.changes([PARAMETER])
    regencies = {name for row in law.rows(PARAMETER) for name in row.value}
    return Minimums({name: {day: _amount(law, name, day) for day in days} for name in regencies})


def _amount(law: Law, regency: str, day: date) -> int | None:
    found = law.minimum_wage(regency, day)
    return int(found.value) if found else None


@cache
def in_force() -> Minimums:
    """The minimum wages of the law that Patuh comes with."""
    return minimums(load())
