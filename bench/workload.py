"""The synthetic events of a bench run: the same plan makes the same events.

Every worker has a story of five facts in five months. Employers have 60 workers; one in seven also
has a project, on which a quarter of its workers are enrolled.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Literal

from patuh.city import numbers
from shared.clock import JAKARTA
from shared.events import Event, EventType, types
from shared.events import data as d

Arrival = Literal["shuffled", "by-employer"]
TODAY = date(2025, 6, 2)
WORKERS_PER_EMPLOYER = 60
MONTHS = 5
SIPP, OSS, LPSE = "https://sipp.example.id", "https://oss.example.id", "https://lpse.example.id"
_PROJECT_EVERY = 7
_REGISTERED, _UPDATED, _GONE = types.WORKER_REGISTERED, types.WORKER_UPDATED, types.WORKER_UNREGISTERED
_STAYS = (_REGISTERED, _UPDATED, _UPDATED, _UPDATED, _UPDATED)
_RETURNS = (_REGISTERED, _UPDATED, _GONE, _REGISTERED, _UPDATED)
_LEAVES = (_REGISTERED, _UPDATED, _UPDATED, _UPDATED, _GONE)
_STORIES = (_STAYS,) * 7 + (_RETURNS,) * 2 + (_LEAVES,)


@dataclass(frozen=True)
class Workload:
    """`events` worker events. `shuffled`: a month's events come in random order, so that a batch touches
    as many employers as it can; `by-employer`: each employer's events of a month come together.
    """

    events: int
    arrival: Arrival = "shuffled"
    seed: int = 1

    @property
    def workers(self) -> int:
        return -(-self.events // MONTHS)

    @property
    def employers(self) -> int:
        return -(-self.workers // WORKERS_PER_EMPLOYER)

    def profiles(self) -> Iterator[Event]:
        """The employers, and the projects of some."""
        for number in range(self.employers):
            yield self._employer(number)
            if number % _PROJECT_EVERY == 0:
                yield self._project(number)

    def worker_events(self) -> Iterator[Event]:
        """The worker events in the order of their arrival."""
        return islice(self._months(), self.events)

    def workforce(self, number: int) -> int:
        """What employer `number` declared: some declare more workers than they enrol."""
        return WORKERS_PER_EMPLOYER - 12 + number % 16

    def employer(self, number: int) -> str:
        """The subject of employer `number`."""
        return f"employer:{numbers.npwp(self.seed, number)}"

    def _months(self) -> Iterator[Event]:
        rng = Random(self.seed)
        for month in range(MONTHS):
            for worker in self._order(rng):
                yield self._story(worker, month)

    def _order(self, rng: Random) -> list[int]:
        if self.arrival == "shuffled":
            return rng.sample(range(self.workers), self.workers)
        employers = rng.sample(range(self.employers), self.employers)
        size = WORKERS_PER_EMPLOYER
        return [w for e in employers for w in range(e * size, min((e + 1) * size, self.workers))]

    def _employer(self, number: int) -> Event:
        founded = date(2024, 1, 2)
        data = d.EmployerRegistered(
            name=f"PT Contoh {number}",
            npwp=numbers.npwp(self.seed, number),
            npp=numbers.npp(self.seed, number),
            size="medium",
            sector="private",
            region="32.72.02",
            workforce=self.workforce(number),
            obliged_since=founded,
            member_since=founded,
        )
        return _event(types.EMPLOYER_REGISTERED, f"oss-{number}", OSS, self.employer(number), founded, data)

    def _project(self, number: int) -> Event:
        signed = date(2025, 1, 6)
        data = d.ProjectAwarded(
            title=f"Peningkatan jalan {number}",
            kind="construction",
            method="tender",
            owner=d.Owner(agency="D405"),
            contractors=[self.employer(number)],
            value_idr=2_000_000_000,
            contract_on=signed,
            end_on=date(2025, 12, 19),
            workers_planned=WORKERS_PER_EMPLOYER // 4,
            region="32.72.02",
        )
        return _event(types.PROJECT_AWARDED, f"lpse-{number}", LPSE, _project_subject(number), signed, data)

    def _story(self, worker: int, month: int) -> Event:
        reference = hashlib.blake2b(f"{self.seed}:{worker}".encode(), digest_size=20).hexdigest()
        kind = _STORIES[worker % len(_STORIES)][month]
        number = worker // WORKERS_PER_EMPLOYER
        on_project = number % _PROJECT_EVERY == 0 and worker % 4 == 0
        effective = _effective(reference, month)
        data = _enrolment(kind, worker, month, effective)
        data.employer = self.employer(number)
        data.project = _project_subject(number) if on_project else None
        # From the natural key and the version, as importers do: ids do not come in their sorting order.
        event_id = f"{reference[:20]}-{month + 1}"
        return _event(kind, event_id, SIPP, f"worker:{reference}", effective, data, worker)


def _enrolment(
    kind: EventType, worker: int, month: int, effective: date
) -> d.WorkerRegistered | d.WorkerUnregistered:
    if kind is _GONE:
        return d.WorkerUnregistered(reason="mengundurkan diri", effective_on=effective)
    made = d.WorkerRegistered if kind is _REGISTERED else d.WorkerUpdated
    joined_pension = worker % 20 == 0 and month >= 2
    return made(
        segment="pu",
        programmes=["jkk", "jkm", "jht", "jp"] if joined_pension else ["jkk", "jkm", "jht"],
        effective_on=effective,
        wage_idr=3_100_000 + 1000 * (worker % 900) + 50_000 * month,
        region="32.72.02",
    )


def _effective(reference: str, month: int) -> date:
    """The first of the month for half of the facts, else any day up to the 28th."""
    drawn = int(reference[2 * month : 2 * month + 2], 16)
    return date(2025, month + 1, 1 + drawn // 2 % 28 if drawn % 2 else 1)


def _project_subject(number: int) -> str:
    return f"project:lkpp-405-tender-{number + 1}"


def _event(
    kind: EventType, event_id: str, source: str, subject: str, day: date, data: d.Data, place: int = 0
) -> Event:
    said = datetime.combine(day, time(9), JAKARTA) + timedelta(milliseconds=place % 28_000_000)
    return Event(kind, event_id, source, subject, said, data)
