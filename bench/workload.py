"""The topic of a bench run: a made-up nation (`patuh generate`) of the size that was asked for.

Every worker has a line in each of five months.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain, islice

from patuh import nation
from patuh.nation import Arrival, NationPlan, facts
from shared.events import Event

TODAY = date(2025, 6, 2)
WORKERS_PER_EMPLOYER = 40  # as in the country
MONTHS = 5


@dataclass(frozen=True)
class Workload:
    """`events` worker events. `shuffled`: a month's events come in random order, so that a batch touches
    as many employers as it can; `by-employer`: each employer's events of a month come together.
    """

    events: int
    arrival: Arrival = "shuffled"
    seed: int = 1

    @cached_property
    def plan(self) -> NationPlan:
        """The nation; its last lines may be left out, so that there are no more than `events`."""
        return NationPlan(self.employers, self.workers, MONTHS, self.seed)

    @property
    def workers(self) -> int:
        return -(-self.events // MONTHS)

    @property
    def employers(self) -> int:
        return -(-self.workers // WORKERS_PER_EMPLOYER)

    def profiles(self) -> Iterator[Event]:
        """The employers, and the projects of some."""
        return nation.profiles(self.plan)

    def worker_events(self) -> Iterator[Event]:
        """The worker events in the order of their arrival."""
        return islice(self._months(), self.events)

    def workforce(self, number: int) -> int:
        """What employer `number` declared: some declare more workers than they enrol."""
        return self.plan.workforce(number)

    def employer(self, number: int) -> str:
        """The subject of employer `number`."""
        return facts.employer_subject(self.plan, number)

    def _months(self) -> Iterator[Event]:
        months = (nation.worker_events(self.plan, month, self.arrival) for month in range(MONTHS))
        return chain.from_iterable(months)
