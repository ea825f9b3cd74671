"""How large the nation is, and who works where. Everything is reckoned from a number: nothing is kept."""

import math
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, NamedTuple

from shared.events.base import Size

# Share of the employers and of the workers, per size: as in the sample city, about 40 workers an employer.
_SHARES: tuple[tuple[Size, float, float], ...] = (
    ("micro", 0.80, 0.11),
    ("small", 0.13, 0.10),
    ("medium", 0.05, 0.19),
    ("large", 0.02, 0.60),
)
_PROJECT_EVERY, _SHORT_EVERY = 7, 8
# What the numbers of employers and NIK have room for.
MOST_EMPLOYERS, MOST_WORKERS, MOST_NIK = 500_000_000, 2_000_000_000, 99_980_000
Reference = Literal["reference", "nik"]
Arrival = Literal["shuffled", "by-employer"]


class Share(NamedTuple):
    """What writer number `number` of several (`of`) makes, so that they can work beside each other."""

    number: int
    of: int


WHOLE = Share(0, 1)


class Band(NamedTuple):
    """The employers of one size, numbered from `employer` on, with the workers from `worker` on."""

    size: Size
    employer: int
    employers: int
    worker: int
    workers: int


@dataclass(frozen=True)
class NationPlan:
    """`employers` with `workers` between them, and a line about each worker in each of `months` from `start`.

    `named`: workers by a synthetic reference, as the gateway publishes them, or by a synthetic NIK of region
    99, as agencies send them. Raises ValueError, which names the field, for what cannot be.
    """

    employers: int
    workers: int
    months: int = 1
    seed: int = 1
    start: date = date(2025, 1, 1)
    named: Reference = "reference"

    def __post_init__(self) -> None:
        most = MOST_NIK if self.named == "nik" else MOST_WORKERS
        for name, value, limit in (
            ("employers", self.employers, MOST_EMPLOYERS),
            ("workers", self.workers, most),
            ("months", self.months, 600),
        ):
            if not 1 <= value <= limit:
                raise ValueError(f"{name}: between 1 and {limit:,}")

    @property
    def projects(self) -> int:
        return -(-self.employers // _PROJECT_EVERY)

    @property
    def events(self) -> int:
        """How many events the plan makes."""
        return self.employers + self.projects + self.months * (self.workers + self.employers)

    def has_project(self, employer: int) -> bool:
        return employer % _PROJECT_EVERY == 0

    def employer_of(self, worker: int) -> int:
        """The number of the employer of worker number `worker`."""
        band = next(b for b in self.bands if worker < b.worker + b.workers)
        return band.employer + (worker - band.worker) * band.employers // band.workers

    def band_of(self, employer: int) -> Band:
        """The employers of the same size."""
        return next(b for b in self.bands if employer < b.employer + b.employers)

    def headcount(self, employer: int) -> int:
        """How many workers employer number `employer` has; none, when there are fewer workers."""
        return len(self.workers_of(employer))

    def workers_of(self, employer: int) -> range:
        """The numbers of the workers of employer number `employer`."""
        band = self.band_of(employer)
        return range(band.worker + self._first(band, employer), band.worker + self._first(band, employer + 1))

    def is_short(self, employer: int) -> bool:
        """Whether an employer declares more workers than it enrols: every eighth does."""
        return employer % _SHORT_EVERY == 0

    def leaves(self, worker: int) -> bool:
        """Whether a worker is gone after the last month."""
        return worker % 10 == 9 and self.months > 1

    def on_project(self, worker: int) -> bool:
        """Whether a worker counts for the project of the employer, if it has one."""
        return worker % 4 == 0

    def workforce(self, employer: int) -> int:
        """What an employer declares: all who are there in the end beside its project, or more."""
        workers = self.workers_of(employer)
        elsewhere = _multiples(workers, 4, 0) if self.has_project(employer) else 0
        gone = _multiples(workers, 10, 9) if self.months > 1 else 0
        missing = 1 + len(workers) // 10 if self.is_short(employer) else 0
        return len(workers) - elsewhere - gone + missing

    def _first(self, band: Band, employer: int) -> int:
        return -(-(employer - band.employer) * band.workers // band.employers)

    @cached_property
    def bands(self) -> tuple[Band, ...]:
        """The sizes; a small nation has not all of them."""
        found: list[Band] = []
        employers = workers = 0
        firms = people = 0.0
        for size, of_employers, of_workers in _SHARES:
            firms, people = firms + of_employers, people + of_workers
            until, last = round(firms * self.employers), round(people * self.workers)
            if until > employers:
                found.append(Band(size, employers, until - employers, workers, last - workers))
                employers, workers = until, last
        return (*found[:-1], self._with_all_workers(found[-1]))

    def _with_all_workers(self, last: Band) -> Band:
        return last._replace(workers=self.workers - last.worker)

    def month(self, number: int) -> date:
        """The first day of month number `number`."""
        months = self.start.year * 12 + self.start.month - 1 + number
        return date(months // 12, months % 12 + 1, 1)


def _multiples(numbers: range, step: int, rest: int) -> int:
    """How many of consecutive `numbers` leave `rest` when divided by `step`."""
    return (numbers.stop - rest + step - 1) // step - (numbers.start - rest + step - 1) // step


def shuffled(count: int, seed: int) -> tuple[int, int]:
    """`step` and `first`: `(first + n * step) % count` visits every number once, neighbours far apart.

    A shuffled list would need memory for each; so a month's lines touch as many employers as they can.
    """
    step = max(1, round(count * 0.381966)) + seed % 97
    while math.gcd(step, count) != 1:
        step += 1
    return step, seed * 7_919 % count
