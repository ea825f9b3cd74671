"""The part of the job that Quix Streams and Faust share: what an event says, and when a count crosses.

Runs in the environment of the frameworks: nothing but the standard library and `bench.stopwatch`.
"""

import os
from dataclasses import dataclass, field
from typing import Any

from bench.stopwatch import Report, Stopwatch

Enrolment = list[
    Any
]  # the day it began or ended, and whether the worker is enrolled since: JSON for both stores


@dataclass(frozen=True)
class Task:
    """What the bench asks for, from the environment."""

    bootstrap: str
    group: str
    dsn: str
    events: int
    declared: int
    durable: bool
    folder: str

    @classmethod
    def given(cls) -> "Task":
        """Raises KeyError when the bench did not start us."""
        env = os.environ
        where = env["KAFKA_BOOTSTRAP_SERVERS"], env["PATUH_SERVICE"], env["DATABASE_URL"]
        numbers = int(env["BENCH_EVENTS"]), int(env["BENCH_DECLARED"])
        return cls(*where, *numbers, env["BENCH_DURABLE"] == "1", env["BENCH_FOLDER"])


@dataclass
class Tally:
    """Counts the events taken by partition, and keeps the newest counts for the bench to check."""

    wanted: int
    watch: Stopwatch = field(default_factory=Stopwatch)
    counts: dict[str, int] = field(default_factory=dict)
    _taken: dict[int, int] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """All that was asked for is taken."""
        return self.watch.events >= self.wanted

    def take(self, partition: int) -> None:
        """One more event is handled."""
        self._taken[partition] = self._taken.get(partition, 0) + 1
        self.watch.handled()

    def report(self) -> Report:
        """To be called once everything is stored, sent and committed."""
        found = self.watch.report()
        found.taken = {str(partition): events for partition, events in self._taken.items()}
        found.counts = self.counts
        return found


def counts_for(event: dict[str, Any]) -> str:
    """The project or employer whose workers are counted."""
    data = event["data"]
    return str(data.get("project") or data["employer"])


def enrolment(event: dict[str, Any]) -> Enrolment:
    """What the event says of its worker."""
    return [event["data"]["effective_on"], ".unregistered." not in event["type"]]


def change(known: Enrolment | None, new: Enrolment) -> int | None:
    """By how much `new` changes the count: -1, 0 or 1; None when something newer is `known`."""
    if known is None:
        return int(new[1])
    return None if known[0] > new[0] else int(new[1]) - int(known[1])


def crosses(before: int, after: int, declared: int) -> bool:
    """Whether the declared number lies between two counts: reached now, or missed now."""
    return (before < declared) != (after < declared)
