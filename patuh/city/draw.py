"""The one source of chance and of worker numbers while a city is built."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from random import Random
from typing import TypeVar

from patuh.city.days import Days, after, office_day
from patuh.city.minimum_wages import highest_minimum

Quantiles = Sequence[tuple[float, float]]
_T = TypeVar("_T")
# Works pile up towards the end of the window, as they do towards the end of a budget year.
_PEAK = 0.85


@dataclass(frozen=True)
class Draw:
    """Draws from `rng`, days from `days`, the next worker from `workers`."""

    rng: Random
    days: Days
    workers: Iterator[int]

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, weights: Mapping[_T, int]) -> _T:
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def between(self, first: date, last: date) -> date:
        """A working day from `first` (itself one) to `last`; `first` when there is no other."""
        offset = self.rng.randint(0, max(0, (last - first).days))
        return max(first, office_day(after(first, offset)))

    def in_window(self) -> date:
        return self.between(self.days.first, self.days.last)

    def wage(self) -> int:
        """Rupiah a month, in thousands, most often near the minimum wage of the year, never below it."""
        lowest = highest_minimum(self.days.today)
        return 1000 * math.ceil(self.rng.triangular(lowest, lowest * 2.1, lowest) / 1000)

    def take(self, pool: list[_T], share: float) -> list[_T]:
        """Some of the pool, at least one while there is any; they are in the pool no more."""
        picked = self.rng.sample(pool, min(len(pool), max(1, round(share * len(pool)))))
        taken = {id(one) for one in picked}
        pool[:] = [one for one in pool if id(one) not in taken]
        return picked

    def quantile(self, points: Quantiles) -> float:
        """A value of the distribution with these (probability, value) points, geometric in between."""
        at = self.rng.random()
        for (low, start), (high, end) in pairwise(points):
            if at <= high:
                return start * math.pow(end / start, (at - low) / (high - low))
        return points[-1][1]


def award_day(draw: Draw) -> date:
    """A working day on which works are awarded, more often late in the window."""
    days = draw.days
    offset = int(draw.rng.triangular(0, days.plan.days, _PEAK * days.plan.days))
    return min(days.last, max(days.first, office_day(after(days.first, offset))))
