"""The one source of chance and of worker numbers while a city is built."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from random import Random
from typing import TypeVar

from patuh.city.days import Days, after, office_day

Quantiles = Sequence[tuple[float, float]]
_T = TypeVar("_T")
_LOWEST_WAGE, _HIGHEST_WAGE = 3_020_000, 6_400_000


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
        """Rupiah a month, in thousands, most often near the minimum wage."""
        return 1000 * round(self.rng.triangular(_LOWEST_WAGE, _HIGHEST_WAGE, _LOWEST_WAGE) / 1000)

    def quantile(self, points: Quantiles) -> float:
        """A value of the distribution with these (probability, value) points, geometric in between."""
        at = self.rng.random()
        for (low, start), (high, end) in pairwise(points):
            if at <= high:
                return start * math.pow(end / start, (at - low) / (high - low))
        return points[-1][1]
