"""A backtest over many subjects: from the stored facts of a running stack, or from events in files."""

import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from services.employer import store
from services.employer.backtest import Difference, compare
from services.employer.reassessment import gather
from services.employer.subjects import Subject
from shared.database import Database, with_driver
from shared.law import Law

_AT_ONCE = 500
_SHOWN = 5
Tell = Callable[[int, int], None]


@dataclass
class Backtest:
    """What differs, and what the run itself was like. `seconds` by subject: how long each took to judge."""

    present: Law
    other: Law
    first: date
    last: date
    differences: list[Difference] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def judge(self, subjects: Iterable[Subject]) -> None:
        """Judge these subjects by both laws."""
        for subject in subjects:
            began = time.perf_counter()
            self.differences += compare(subject, self.present, self.other, self.first, self.last)
            self.seconds[subject.subject] = time.perf_counter() - began

    def table(self) -> dict[tuple[str, str], Counter[str]]:
        """By code and district: how many flags differ in which way, and in how many rupiah."""
        found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for one in self.differences:
            row = found[one.code, one.region or "-"]
            row[one.change] += 1
            row["rupiah"] += one.rupiah
        return dict(sorted(found.items()))

    def strangest(self) -> list[Difference]:
        """The largest differences in rupiah, then in days."""
        return sorted(self.differences, key=lambda d: (-abs(d.rupiah), -abs(d.days), d.subject))[:_SHOWN]

    def slowest(self) -> list[tuple[str, float]]:
        """The subjects that took longest to judge, in seconds."""
        return sorted(self.seconds.items(), key=lambda item: -item[1])[:_SHOWN]

    def figures(self) -> dict[str, Any]:
        """Everything, as JSON tells it."""
        ordered = sorted(self.differences, key=lambda d: (d.code, d.subject))
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "subjects": len(self.seconds),
            "differences": [msgspec.to_builtins(one) | {"rupiah": one.rupiah} for one in ordered],
            "by_code_and_district": [
                {"code": code, "district": district} | dict(row)
                for (code, district), row in self.table().items()
            ],
            "strangest": [msgspec.to_builtins(one) for one in self.strangest()],
            "slowest": [{"subject": name, "milliseconds": s * 1000} for name, s in self.slowest()],
        }


async def stored_subjects(dsn: str, tell: Tell) -> AsyncIterator[list[Subject]]:
    """Every subject that the employer service knows, some hundred at a time; nothing is written.

    `tell` hears how many were read, and of how many.
    """
    database = Database(with_driver(dsn))
    try:
        async with database.transaction() as transaction:
            names = await store.subjects(transaction)
        for start in range(0, len(names), _AT_ONCE):
            some = names[start : start + _AT_ONCE]
            async with database.transaction() as transaction:
                found = await gather(transaction, some)
            # A contractor's page brings its projects along: each subject is judged on its own page.
            yield [found[name] for name in some if name in found]
            tell(start + len(some), len(names))
    finally:
        await database.close()
