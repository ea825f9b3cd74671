"""The contributions of the sample city: of members by the month, of projects once by contract value."""

from collections.abc import Iterator
from datetime import date

from patuh.city.days import Days, after, next_office_day, office_day
from patuh.city.records import Employer, Project
from shared.events.data import ContributionPosted, Programme

# Share of wages in 1/10,000 (PP 44/2015, PP 45/2015, PP 46/2015); JKP takes nothing from employer or worker.
_RATES: dict[Programme, int] = {"jkk": 24, "jkm": 30, "jht": 570, "jp": 300, "jkp": 0}
_RATE_CONSTRUCTION_JKK = 174
# Each slice of the contract value up to so many rupiah, and its rate in 1/10,000 (PP 44/2015, JKK and JKM).
_SLICES = ((100_000_000, 24), (500_000_000, 19), (10**9, 15), (5 * 10**9, 12), (10**15, 10))
_DUE_DAY = 15
_MONTHS_IN_ARREARS = 2
_LATE_DAYS = 12


def employer_contributions(employer: Employer, days: Days) -> Iterator[ContributionPosted]:
    """What the member posted for every month that falls due in the window."""
    if employer.npp is None:
        return
    months = list(_months_due(days))
    if employer.payer == "arrears":
        months = months[:-_MONTHS_IN_ARREARS]
    for month_end, due in months:
        posted = _posted_on(employer, due)
        covered = [spell for spell in employer.staff if spell.covers(month_end)]
        if covered and posted <= days.last:
            wages = sum(spell.wage for spell in covered)
            yield ContributionPosted(
                period=f"{month_end:%Y-%m}",
                amount_idr=wages * _rate(employer) // 10_000,
                workers=len(covered),
                posted_on=posted,
            )


def _months_due(days: Days) -> Iterator[tuple[date, date]]:
    """The last day of each month and its due day, the 15th of the next, for due days in the window."""
    due = days.first.replace(day=_DUE_DAY)
    while due <= days.last:
        if due >= days.first:
            yield after(due, -_DUE_DAY), due
        due = after(due, 31).replace(day=_DUE_DAY)


def _posted_on(employer: Employer, due: date) -> date:
    if employer.payer == "late":
        return next_office_day(after(due, _LATE_DAYS))
    return office_day(after(due, -(int(employer.nib[-1]) % 6)))


def _rate(employer: Employer) -> int:
    builds = employer.trade == "builder"
    return sum(_RATES[programme] for programme in employer.programmes) + (
        _RATE_CONSTRUCTION_JKK - _RATES["jkk"] if builds else 0
    )


def project_contributions(project: Project) -> Iterator[ContributionPosted]:
    """The one contribution of a registered project, when it was paid and the contract value is known."""
    posted, value = project.paid_contribution_on, project.value_idr
    if posted is None or value is None:
        return
    yield ContributionPosted(
        period=f"{posted:%Y-%m}",
        amount_idr=contribution_by_value(value),
        workers=len({spell.worker for spell in project.crew}),
        posted_on=posted,
    )


def contribution_by_value(value_idr: int) -> int:
    """Rupiah of JKK and JKM for a contract value: each slice at its own rate."""
    total, floor = 0, 0
    for ceiling, rate in _SLICES:
        total += max(0, min(value_idr, ceiling) - floor) * rate
        floor = ceiling
    return total // 10_000
