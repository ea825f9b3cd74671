"""What another law would have found: the same facts judged by two laws over some days. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from msgspec import Struct

from services.employer.assessment import assess, change_days
from services.employer.finding import Finding
from services.employer.subjects import Subject
from shared.law import Law

Change = Literal["raised", "cleared", "earlier", "later", "amount"]


class Held(Struct, frozen=True):
    """A flag over the days looked at: the first day it was right on, and how it stood on the last."""

    first: date
    last: date
    finding: Finding


class Difference(Struct, frozen=True):
    """One flag that differs. `raised`: only under the other law; `cleared`: only under the present one;
    `earlier` and `later`: from another day on; `amount`: same days, other rupiah. Amounts are of the last
    day on which each was right; `days` is how many calendar days earlier (positive) it would be raised.
    """

    change: Change
    subject: str
    code: str
    name: str
    region: str | None
    present_first: date | None = None
    other_first: date | None = None
    present_idr: int | None = None
    other_idr: int | None = None
    days: int = 0

    @property
    def rupiah(self) -> int:
        """How much more would be owed under the other law."""
        return (self.other_idr or 0) - (self.present_idr or 0)


def compare(subject: Subject, present: Law, other: Law, first: date, last: date) -> list[Difference]:
    """The flags of one subject that would differ between `first` and `last`, both included."""
    days = _days(subject, present, other, first, last)
    held, would = _held(subject, present, days), _held(subject, other, days)
    found = (_difference(held.get(code), would.get(code)) for code in sorted(held.keys() | would.keys()))
    return [one for one in found if one]


def _days(subject: Subject, present: Law, other: Law, first: date, last: date) -> list[date]:
    """The days on which anything may change under either law; what adds up daily is seen on the last."""
    changes = {day for law in (present, other) for day in change_days(subject, law, last)}
    return sorted({first, last, *(day for day in changes if first < day < last)})


def _held(subject: Subject, law: Law, days: Iterable[date]) -> dict[str, Held]:
    found: dict[str, Held] = {}
    for day in days:
        for finding in assess(subject, law, day):
            if not finding.undecided:
                before = found.get(finding.code)
                found[finding.code] = Held(before.first if before else day, day, finding)
    return found


def _difference(held: Held | None, would: Held | None) -> Difference | None:
    change = _change(held, would)
    either = would or held
    if change is None or either is None:
        return None
    return Difference(
        change=change,
        subject=either.finding.subject,
        code=either.finding.code,
        name=either.finding.name,
        region=either.finding.region,
        present_first=held.first if held else None,
        other_first=would.first if would else None,
        present_idr=held.finding.amount_idr if held else None,
        other_idr=would.finding.amount_idr if would else None,
        days=(held.first - would.first).days if held and would else 0,
    )


def _change(held: Held | None, would: Held | None) -> Change | None:
    if held is None or would is None:
        return "raised" if would else "cleared"
    if held.first != would.first:
        return "earlier" if would.first < held.first else "later"
    return "amount" if held.finding.amount_idr != would.finding.amount_idr else None
