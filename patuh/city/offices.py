"""Offices with non-ASN staff. Their personnel agency speaks every week, and fell silent some weeks ago."""

from datetime import date

from patuh.city.days import after, office_day
from patuh.city.draw import Draw
from patuh.city.names import OFFICES
from patuh.city.public import Office
from patuh.city.spells import Spell

_WEEKS, _SILENT_DAYS = 13, 40
_ONE_MISSING, _MANY_MISSING, _COUNTED_DOWN, _NEVER_COUNTED = "990003", "990004", "990005", "990007"


def open_offices(draw: Draw) -> list[Office]:
    """Every office; one lacks a single worker, one lacks many, one never said how many it has."""
    return [_office(draw, code, name, region, heads) for code, name, region, heads in OFFICES]


def weekly_days(today: date) -> list[date]:
    """The working days on which the head counts are declared: every week until the silence."""
    last = after(today, -_SILENT_DAYS)
    return [office_day(after(last, -7 * week)) for week in reversed(range(_WEEKS))]


def _office(draw: Draw, code: str, name: str, region: str, heads: int) -> Office:
    days = weekly_days(draw.days.today)
    size = max(3, draw.days.plan.count(heads))
    office = Office(code, name, region, days[0])
    if code != _NEVER_COUNTED:
        office.counts = dict.fromkeys(days, size)
    if code == _COUNTED_DOWN:
        office.counts |= dict.fromkeys(days[: len(days) // 2], size + 2)
    missing = {_ONE_MISSING: 1, _MANY_MISSING: max(2, size * 2 // 5)}.get(code, 0)
    office.staff = [_enrolment(draw, office, days) for _ in range(size - missing)]
    _replace_one(draw, office, days[-1])
    return office


def _enrolment(draw: Draw, office: Office, days: list[date]) -> Spell:
    return Spell(
        worker=next(draw.workers),
        on=draw.rng.choice(days[: len(days) // 2]),
        wage=draw.wage(),
        employer=office.subject,
    )


def _replace_one(draw: Draw, office: Office, day: date) -> None:
    """One leaves and another comes on the same day: nobody is missing for it."""
    leaving = office.staff[0]
    leaving.off = leaving.told_off = day
    office.staff.append(Spell(worker=next(draw.workers), on=day, wage=draw.wage(), employer=office.subject))
