"""Rules that span fields or need an identifier's check: one function per kind of data.

They hold at the gateway and again at every consumer, because agencies may speak Kafka directly.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import get_args

from msgspec.structs import fields

from shared.events import data as d
from shared.identifiers import (
    InvalidIdentifier,
    check_nib,
    check_npp,
    holds_nik,
    normalise_npwp,
    subject_check,
)

_EMPLOYER, _PROJECT = subject_check("employer", "agency", "group"), subject_check("project")
_CONTRACTOR = subject_check("employer")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


class BadEvent(ValueError):
    """The message is no event of ours: `field` broke `rule`."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field, self.rule = field, rule


def _identifier(field: str, check: Callable[[str], str], value: str | None) -> None:
    if value is None:
        return
    try:
        check(value)
    except InvalidIdentifier as error:
        raise BadEvent(f"data.{field}", error.rule) from error


def _text(field: str, value: str | None) -> None:
    if value is None:
        return
    if "\x00" in value:
        raise BadEvent(f"data.{field}", "must not contain NUL")
    if holds_nik(value):
        raise BadEvent(f"data.{field}", "must not contain a NIK or another 16-digit personal number")


def _order(field: str, first: date | None, last: date | None, rule: str) -> None:
    if first and last and last < first:
        raise BadEvent(f"data.{field}", rule)


def _whole_npwp(npwp: str) -> str:
    if normalise_npwp(npwp) != npwp:
        raise InvalidIdentifier("npwp: must be written as 16 digits")
    return npwp


def _employer(data: d.EmployerUpdated) -> None:
    _text("name", data.name)
    _identifier("npwp", _whole_npwp, data.npwp)
    _identifier("nib", check_nib, data.nib)
    _identifier("npp", check_npp, data.npp)


def _award(data: d.ProjectAwarded) -> None:
    for field, value in (
        ("title", data.title),
        ("funding", data.funding),
        ("owner.agency", data.owner.agency),
    ):
        _text(field, value)
    _text("owner.name", data.owner.name)
    for index, contractor in enumerate(data.contractors):
        _identifier(f"contractors[{index}]", _CONTRACTOR, contractor)
    _order("end_on", data.start_on or data.contract_on, data.end_on, "must not be before the start")


def _start(data: d.ProjectStarted) -> None:
    _order("end_on", data.start_on, data.end_on, "must not be before start_on")


Placed = d.WorkerRegistered | d.WorkerUnregistered | d.WorkerIncidentReported


def _placed(data: Placed) -> None:
    _identifier("employer", _EMPLOYER, data.employer)
    _identifier("project", _PROJECT, data.project)


def _enrolment(data: d.WorkerRegistered) -> None:
    _placed(data)
    if data.covered_until is not None:
        _order("covered_until", data.effective_on, data.covered_until, "must not be before effective_on")


def _unregistration(data: d.WorkerUnregistered) -> None:
    _placed(data)
    _text("reason", data.reason)


def _posting(data: d.ContributionPosted) -> None:
    if not FIRST_DAY.year <= int(data.period[:4]) < LAST_DAY.year:
        raise BadEvent("data.period", f"must be a month from {FIRST_DAY.year}-01 to {LAST_DAY.year - 1}-12")


def _retraction(data: d.FactRetracted) -> None:
    for field in ("source", "id", "reason"):
        _text(field, getattr(data, field))


def _erasure(data: d.WorkerErased) -> None:
    _text("basis", data.basis)


_RULES: dict[type[d.Data], Callable[..., None]] = {
    d.EmployerRegistered: _employer,
    d.EmployerUpdated: _employer,
    d.ProjectAwarded: _award,
    d.ProjectStarted: _start,
    d.WorkerRegistered: _enrolment,
    d.WorkerUpdated: _enrolment,
    d.WorkerUnregistered: _unregistration,
    d.WorkerIncidentReported: _placed,
    d.ContributionPosted: _posting,
    d.FactRetracted: _retraction,
    d.WorkerErased: _erasure,
}


def _dates(kind: type[d.Data]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if date in (f.type, *get_args(f.type)))


@cache
def _days(kind: type[d.Data]) -> Callable[[d.Data], tuple[date | None, ...]]:
    """Reads all days out of data of a kind at once: one call instead of one for each."""
    names = _dates(kind)
    if len(names) > 1:
        return attrgetter(*names)
    return lambda data: tuple(getattr(data, name) for name in names)


_FIRST_YEAR, _LAST_YEAR = FIRST_DAY.year, LAST_DAY.year


def check_time(time: datetime) -> None:
    """Raise BadEvent when the instant is out of what a calendar here can reckon with."""
    if not _FIRST_YEAR < time.year <= _LAST_YEAR:
        raise BadEvent("time", f"must be after {_FIRST_YEAR} and not after {_LAST_YEAR}")


def check(data: d.Data) -> None:
    """Raise BadEvent when the data break a rule that the schema cannot say.

    A day that stands for "never", such as 9999-12-31, is refused: no deadline can be counted from it.
    """
    kind = type(data)
    for day in _days(kind)(data):
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise BadEvent(
                f"data.{_named(data, day)}", f"must be a day from {FIRST_DAY} to {LAST_DAY}, or null"
            )
    rule = _RULES.get(kind)
    if rule:
        rule(data)


def _named(data: d.Data, day: date) -> str:
    return next(name for name in _dates(type(data)) if getattr(data, name) == day)
