"""Enrolments: who is covered from when until when, and for which wage."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

_RAISE_PERCENT = 8


class Spell(Struct, gc=False, kw_only=True):
    """One enrolment of one worker: covered from `on` until the day before `off` (None: still).

    `until` is a last day of cover that was known from the beginning. `worker` is a running number,
    `told_on` and `told_off` the days on which beginning and end were sent (`told_on` None: on the day
    itself), `raised_on` the day of a raise in wage (rupiah a month).
    """

    worker: int
    on: date
    wage: int
    employer: str | None = None
    told_on: date | None = None
    off: date | None = None
    told_off: date | None = None
    until: date | None = None
    reason: str = "mengundurkan diri"
    raised_on: date | None = None

    def covers(self, day: date) -> bool:
        return self.on <= day and (self.off is None or day < self.off) and day <= (self.until or day)

    def wage_on(self, day: date) -> int:
        """Rupiah a month as reported on `day`."""
        raised = self.raised_on is not None and self.raised_on <= day
        return self.wage * (100 + _RAISE_PERCENT) // 100 if raised else self.wage


def enrolled(spells: Iterable[Spell], day: date) -> int:
    """How many distinct workers are enrolled on `day`."""
    return len({spell.worker for spell in spells if spell.covers(day)})
