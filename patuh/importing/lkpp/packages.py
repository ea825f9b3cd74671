"""One package: its rows in their stages, the newest of each, and whether it was awarded at all."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TypeVar

from patuh.importing.lkpp.joining import Placed
from patuh.importing.lkpp.rows import Row

_LOST = re.compile(r"gagal|batal", re.IGNORECASE)
_STAGES = ("announced", "result", "award", "recorded", "contract", "start", "letter", "hand-over", "realised")
T = TypeVar("T")


def is_lost(status: str | None) -> bool:
    """Whether LKPP's word for a status says failed or cancelled."""
    return bool(status and _LOST.search(status))


class Package:
    """The rows of one package; `older` are those that a newer row of the same stage says again."""

    def __init__(self, key: str, rows: Iterable[Placed]) -> None:
        self.key = key
        kept: dict[object, Placed] = {}
        self.older: list[Placed] = []
        for placed in sorted(rows, key=lambda p: (p.row.day or date.min, p.number)):
            slot = _slot(placed)
            if slot in kept:
                self.older.append(kept[slot])
            kept[slot] = placed
        order = {stage: index for index, stage in enumerate(_STAGES)}
        self.rows = sorted(kept.values(), key=lambda p: (order[p.row.stage], p.row.version, p.number))

    def of(self, *stages: str) -> list[Placed]:
        return [placed for stage in stages for placed in self.rows if placed.row.stage == stage]

    @property
    def contracts(self) -> list[Placed]:
        """Those that were signed, by version."""
        return [placed for placed in self.of("contract") if placed.row.is_signed]

    @property
    def base(self) -> Placed | None:
        """The row that tells the award: the first contract, else the winner, else the record."""
        awards = [placed for placed in self.of("award") if placed.row.has_winner]
        records = self.of("recorded")
        if (
            records
            and records[0].row.family != "swakelola"
            and not any(p.row.has_winner for p in self.of("realised"))
        ):
            records = []
        return next(iter((*self.contracts, *awards, *records)), None)

    @property
    def by_trust(self) -> list[Row]:
        """The rows in the order in which their winner is believed: the base first, then the later stages."""
        base = self.base
        others = self.of("contract", "award", "start", "letter", "hand-over", "realised")
        return [placed.row for placed in ([base] if base else []) + others if placed.row.has_winner]

    @property
    def day(self) -> date | None:
        """The last day a snapshot of it was taken, as far as the rows say."""
        return max((placed.row.day for placed in self.rows if placed.row.day), default=None)

    @property
    def lost(self) -> bool:
        return any(is_lost(placed.row.status) for placed in self.rows)

    def first(self, field: Callable[[Row], T | None]) -> T | None:
        """The first stage's value that is known."""
        return next((value for placed in self.rows if (value := field(placed.row)) is not None), None)

    def all(self) -> Iterator[Placed]:
        yield from self.older
        yield from self.rows


def _slot(placed: Placed) -> object:
    row = placed.row
    if row.stage == "hand-over":
        return row.stage, row.number, row.handed_over_on, row.paid_idr
    if row.stage == "realised":
        return row.stage, placed.number
    return row.stage, row.version
