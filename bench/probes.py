"""What `bench.latency` sends: probes that each change one flag, and ordinary events beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice

from bench.workload import Workload
from patuh.city import numbers
from patuh.nation.facts import OSS, SIPP
from shared.events import Event, EventType, types
from shared.events import data as d

# Beyond the firms of the workload, within the million that have a number of their own.
FIRMS_FROM = 500_000
_SEED = 1
_FOUNDED, _HIRED, _LEFT = date(2024, 1, 2), date(2025, 1, 2), date(2025, 3, 3)
CODE = "employer.workers-missing"


@dataclass(frozen=True)
class Background(Workload):
    """A workload of which the last events are kept for the time of measuring."""

    held_back: int = 0

    def worker_events(self) -> Iterator[Event]:
        """What is on the topic before."""
        return islice(self._months(), self.events - self.held_back)

    def rest(self) -> Iterator[Event]:
        """What is sent beside the probes."""
        return islice(self._months(), self.events - self.held_back, self.events)


@dataclass(frozen=True)
class Probe:
    """A firm that declares one worker, and the event about her that changes its flag."""

    number: int

    @property
    def employer(self) -> str:
        return f"employer:{numbers.npwp(_SEED, self.number)}"

    @property
    def leaves(self) -> bool:
        """Whether the worker is enrolled before, and the probe takes her away."""
        return self.number % 2 == 1

    @property
    def status(self) -> str:
        """What the flag has to become."""
        return "open" if self.leaves else "cleared"

    def event(self) -> Event:
        """The event that crosses the threshold."""
        return self._gone() if self.leaves else self.enrolment()

    def profile(self) -> Event:
        """The firm."""
        data = d.EmployerRegistered(
            name=f"PT Uji {self.number}",
            npwp=numbers.npwp(_SEED, self.number),
            npp=numbers.npp(_SEED, self.number),
            size="micro",
            sector="private",
            region="32.72.02",
            workforce=1,
            programmes=["jkk", "jkm", "jht"],
            obliged_since=_FOUNDED,
            member_since=_FOUNDED,
        )
        return self._said(types.EMPLOYER_REGISTERED, OSS, self.employer, _FOUNDED, data)

    def enrolment(self) -> Event:
        """Its worker enrolled."""
        data = d.WorkerRegistered(segment="pu", programmes=["jkk", "jkm", "jht"], effective_on=_HIRED)
        data.employer = self.employer
        return self._said(types.WORKER_REGISTERED, SIPP, self._worker, _HIRED, data)

    def _gone(self) -> Event:
        data = d.WorkerUnregistered(reason="mengundurkan diri", effective_on=_LEFT)
        data.employer = self.employer
        return self._said(types.WORKER_UNREGISTERED, SIPP, self._worker, _LEFT, data)

    @property
    def _worker(self) -> str:
        return f"worker:{self.number:040x}"

    def _said(self, kind: EventType, source: str, subject: str, day: date, data: d.Data) -> Event:
        at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        return Event(kind, f"probe-{kind.short}-{self.number}", source, subject, at, data)


def profiles(firms: Iterable[int]) -> Iterator[Event]:
    """The firms of the probes."""
    return (Probe(number).profile() for number in firms)


def enrolments(firms: Iterable[int]) -> Iterator[Event]:
    """The workers who are there before their probe comes."""
    return (Probe(number).enrolment() for number in firms if Probe(number).leaves)
