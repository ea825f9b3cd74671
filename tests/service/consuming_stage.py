"""A registry whose handler can be made to stumble, and the messages it gets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from services.registry.handlers import Handlers
from services.registry.wages import in_force
from shared import topics
from shared.clock import FixedClock
from shared.consuming import Received, Work
from shared.events import Event, types
from shared.events.data import WorkerRegistered
from shared.producer import Message, message
from shared.service import Service
from tests.service.parts import Place

EMPLOYER = "employer:nib-9120001234567"
Trouble = Callable[[Sequence[str]], None]


def enrolment(number: int, wage_idr: int = 3_100_000, employer: str = EMPLOYER) -> Event:
    """Worker `number` is enrolled; all of them at one employer, so that they come in one batch."""
    day = date(2025, 2, 14)
    data = WorkerRegistered(
        segment="pu", programmes=["jkk", "jkm"], effective_on=day, employer=employer, wage_idr=wage_idr
    )
    at = datetime(2025, 2, 17, tzinfo=UTC)
    return Event(types.WORKER_REGISTERED, f"{number}", "urn:sipp", f"worker:{number:040x}", at, data)


def good(*numbers: int, employer: str = EMPLOYER) -> list[Message]:
    """The messages of these enrolments."""
    return [message(enrolment(number, employer=employer), employer) for number in numbers]


def raw(value: bytes | None, *headers: tuple[str, bytes | None]) -> Message:
    """A message that somebody wrote straight to the topic."""
    return Message(topics.WORKERS.name, EMPLOYER.encode(), value, list(headers))


@dataclass
class Registry:
    """The registry's own handler, after which `trouble` may strike inside the same transaction."""

    trouble: Trouble
    batches: list[list[str]] = field(default_factory=list)
    at_once: int = 1

    async def on_facts(self, work: Work, received: list[Received]) -> None:
        """Store and announce as always, then get into trouble."""
        names = [one.event.id for one in received]
        self.batches.append(names)
        await Handlers(FixedClock(date(2025, 6, 1)), in_force()).on_facts(work, received)
        self.trouble(names)

    def on(self, place: Place, **settings: object) -> Service:
        """A service with this handler."""
        service = place.service(**settings)
        service.subscribe(self.on_facts, topics.WORKERS, topics.CONTRIBUTIONS, at_once=self.at_once)
        return service


def no_trouble(_: Sequence[str]) -> None:
    """Everything goes well."""


def poisoned(*numbers: int) -> Trouble:
    """These messages cannot be handled."""

    def strike(names: Sequence[str]) -> None:
        if {f"{number}" for number in numbers} & set(names):
            raise ZeroDivisionError("poison")

    return strike
