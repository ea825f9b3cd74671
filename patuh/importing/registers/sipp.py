"""The monthly list of workers (SIPP): who is enrolled this month, who no longer is, what was paid."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from patuh.importing.outcomes import Mapped, Outcome, Place, PlacedEvent, Unusable
from patuh.importing.registers.about import About
from patuh.importing.registers.rows import Row
from patuh.importing.registers.saying import employer_of
from patuh.importing.registers.telling import Teller
from shared.events import types as t

_PROGRAMMES = ("jkk", "jkm", "jht", "jp", "jkp")
_EMPLOYER, _PERSON = ("npwp", "nib", "npp", "unit"), ("nik",)


@dataclass
class _Paid:
    """What the rows of an employer say was paid for a month; `missing` is a row that does not say it."""

    last: Row
    amount_idr: int = 0
    workers: int = 0
    posted_on: date | None = None
    missing: Place | None = None


@dataclass
class _Listed:
    """Whom the list names, by employer; of those in `unclear` somebody could not be read."""

    people: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    unclear: set[str] = field(default_factory=set)
    months: set[date] = field(default_factory=set)


class Sipp(Teller):
    """One row, one worker in one month."""

    def __init__(self, about: About) -> None:
        super().__init__(about)
        self.listed = _Listed()
        self.paid: dict[tuple[str, date], _Paid] = {}
        self.short: set[str] = set()

    def hear(self, row: Row) -> None:
        if row["period"]:
            self.listed.months.add(row["period"])
        employer = _readable_employer(row)
        if employer is None:
            self.doubt = True
        elif row["nik"] is None:
            self.listed.unclear.add(employer)
        else:
            self.listed.people[employer].add(self.mark(row["nik"]))

    def lost(self, row: Row) -> None:
        if employer := _readable_employer(row):
            self.short.add(employer)

    def mark(self, nik: str) -> bytes:
        return self.about.person(nik).encode()

    def events(self, row: Row) -> list[PlacedEvent]:
        employer, month = employer_of(row.values), row["period"]
        said = _enrolment(row, employer)
        key = f"{self.saying.name(employer)}/{self.about.person(row['nik'])}"
        slot = f"{key}/{month:%Y-%m}"
        if not self.once.is_new(slot, [said, row["start_on"]], row.place, "nik"):
            return []
        events = self._enrolled(row, said, key, slot)
        self._count(row, employer, month)
        return events

    def _enrolled(self, row: Row, said: dict[str, Any], key: str, slot: str) -> list[PlacedEvent]:
        """One who began in an earlier month has two facts: cover since then, and this month's wage."""
        worker, month, start = f"worker:{row['nik']}", row["period"], row["start_on"]
        if start is None or start >= month:
            now = said | {"effective_on": start or month}
            return [self.saying.event(t.WORKER_REGISTERED, worker, now, slot, row.place)]
        since = said | {"effective_on": start, "wage_idr": None}
        now = said | {"effective_on": month}
        return [
            self.saying.event(t.WORKER_REGISTERED, worker, since, f"{key}/start", row.place),
            self.saying.event(t.WORKER_UPDATED, worker, now, slot, row.place),
        ]

    def _count(self, row: Row, employer: str, month: date) -> None:
        paid = self.paid.setdefault((employer, month), _Paid(row))
        paid.last = row
        paid.workers += 1
        if row["amount_idr"] is None or row["posted_on"] is None:
            paid.missing = paid.missing or row.place
        else:
            paid.amount_idr += row["amount_idr"]
            paid.posted_on = max(row["posted_on"], paid.posted_on or row["posted_on"])

    def end(self) -> Iterator[Outcome]:
        for (employer, month), paid in self.paid.items():
            if paid.posted_on:
                yield self._posted(employer, month, paid, paid.posted_on)

    def _posted(self, employer: str, month: date, paid: _Paid, posted_on: date) -> Outcome:
        said = {
            "period": f"{month:%Y-%m}",
            "amount_idr": paid.amount_idr,
            "workers": paid.workers,
            "posted_on": posted_on,
        }
        key = f"{self.saying.name(employer)}/contribution/{month:%Y-%m}"
        row = paid.last
        try:
            if paid.missing or self.doubt or employer in self.short:
                raise Unusable("amount_idr", "cannot be added up: not every worker of the employer has it")
            event = self.saying.event(t.CONTRIBUTION_POSTED, employer, said, key, row.place)
        except Unusable as error:
            return row.rejected(error)
        return Mapped((event,))


def _enrolment(row: Row, employer: str) -> dict[str, Any]:
    programmes = row["programmes"] or [name for name in _PROGRAMMES if row[name]]
    if not programmes:
        raise Unusable("programmes", "required: this column, or one of ya and tidak for each programme")
    return {
        "segment": "pu",
        "programmes": programmes,
        "employer": employer,
        "wage_idr": row["wage_idr"],
        "region": row["region"],
    }


def _readable_employer(row: Row) -> str | None:
    if any(name in row.broken for name in _EMPLOYER):
        return None
    try:
        return employer_of(row.values)
    except Unusable:
        return None


class Leavers:
    """Compares last month's list with this month's: who is gone is unregistered from the first of the month.

    Where a row of the new list could not be read, its worker would look gone; nobody is unregistered then.
    """

    def __init__(self, now: Sipp) -> None:
        self.now, self.about = now, now.about

    def month(self) -> date:
        """The month of the new list. Raises Unusable."""
        if len(self.now.listed.months) != 1:
            raise Unusable("period", "a list to compare with an earlier one is of one month")
        return next(iter(self.now.listed.months))

    def outcome(self, row: Row, month: date) -> Outcome | None:
        """What is to be said of a row of the earlier list; None of a worker who is still there."""
        try:
            return self._left(row, month)
        except Unusable as error:
            return row.rejected(error)

    def _left(self, row: Row, month: date) -> Outcome | None:
        for name in (*_EMPLOYER, *_PERSON, "period"):
            if name in row.broken:
                raise Unusable(name, row.broken[name])
        employer = employer_of(row.values)
        if row["nik"] is None:
            raise Unusable("nik", "required")
        if row["period"] and row["period"] >= month:
            raise Unusable("period", "must be before the month of the new list")
        if self.now.mark(row["nik"]) in self.now.listed.people.get(employer, ()):
            return None
        self._sure(employer)
        return Mapped((self._gone(row, employer, month),))

    def _sure(self, employer: str) -> None:
        if self.now.doubt or employer in self.now.listed.unclear:
            raise Unusable("nik", "cannot tell who left: mend the rejected rows of the new list first")
        if employer not in self.now.listed.people:
            raise Unusable("npp", "cannot tell who left: the new list has no worker of this employer")

    def _gone(self, row: Row, employer: str, month: date) -> PlacedEvent:
        said = {
            "reason": f"tidak ada lagi dalam daftar SIPP {month:%Y-%m}",
            "effective_on": month,
            "employer": employer,
        }
        key = f"{self.now.saying.name(employer)}/{self.about.person(row['nik'])}/{month:%Y-%m}"
        return self.now.saying.event(t.WORKER_UNREGISTERED, f"worker:{row['nik']}", said, key, row.place)
