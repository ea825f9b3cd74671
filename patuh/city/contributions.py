"""The contributions of the sample city: of members by the month, of projects once by contract value."""

from collections.abc import Iterator
from datetime import date

from patuh.city import plan as p
from patuh.city.days import Days, after, next_office_day, office_day
from patuh.city.draw import Draw
from patuh.city.records import Deposit, Employer, Project
from shared.calendar import add_working_days
from shared.events.data import Programme

# Share of wages in 1/10,000 (PP 44/2015, PP 45/2015, PP 46/2015); JKP takes nothing from employer or worker.
_RATES: dict[Programme, int] = {"jkk": 24, "jkm": 30, "jht": 570, "jp": 300, "jkp": 0}
_RATE_CONSTRUCTION_JKK = 174
# Each slice of the contract value up to so many rupiah, and its rate in 1/10,000 (PP 44/2015, JKK and JKM).
_SLICES = ((100_000_000, 24), (500_000_000, 19), (10**9, 15), (5 * 10**9, 12), (10**15, 10))
_VAT_PERCENT = 11
DUE_DAY = 15
_MONTHS_IN_ARREARS = 2


def employer_deposits(employer: Employer, days: Days) -> Iterator[Deposit]:
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
            wages = sum(spell.wage_on(month_end) for spell in covered)
            amount = wages * _rate(employer, month_end) // 10_000
            yield Deposit(f"{month_end:%Y-%m}", posted, amount, len(covered))


def _months_due(days: Days) -> Iterator[tuple[date, date]]:
    """The last day of each month and its due day, the 15th of the next, for due days in the window."""
    due = days.first.replace(day=DUE_DAY)
    while due <= days.last:
        if due >= days.first:
            yield after(due, -DUE_DAY), due
        due = after(due, 31).replace(day=DUE_DAY)


def _posted_on(employer: Employer, due: date) -> date:
    if employer.payer == "late":
        weeks = int(employer.nib[-2]) % 3 + 1
        return next_office_day(after(due, 7 * weeks - 3))
    return office_day(after(due, -(int(employer.nib[-1]) % 6)))


def _rate(employer: Employer, day: date) -> int:
    builds = employer.trade == "builder"
    return sum(_RATES[programme] for programme in employer.programmes(day)) + (
        _RATE_CONSTRUCTION_JKK - _RATES["jkk"] if builds else 0
    )


def deposit(draw: Draw, project: Project) -> None:
    """Post the contribution of a project that is registered already, after the habit of its payer."""
    registered = project.registered_on
    if registered is None or project.payer == "nothing":
        return
    day = draw.days.happened(_deposit_day(draw, project, registered))
    if day is None:
        return
    amount = _amount(draw, project, day)
    project.deposits.append(_of(project, day, amount))
    if amount and project.payer != "short":
        _top_up(draw, project, amount)


def _deposit_day(draw: Draw, project: Project, registered: date) -> date:
    if project.habit == "early":
        return registered
    slow = project.payer == "slow"
    return add_working_days(registered, draw.rng.randint(8, 15) if slow else draw.rng.randint(1, 3))


def _amount(draw: Draw, project: Project, day: date) -> int:
    if project.payer == "zero":
        return 0
    owed = contribution_by_value(_base(draw, project, project.value_on(day) or 0))
    return owed * draw.rng.randint(55, 92) // 100 if project.payer == "short" else owed


def _base(draw: Draw, project: Project, value_idr: int) -> int:
    """The value without VAT; where nobody says whether it is in, the contractor may count it in."""
    included = project.vat_included
    counted_in = included is False or (included is None and draw.chance(0.5))
    return value_idr if counted_in else without_vat(value_idr)


def without_vat(value_idr: int) -> int:
    """A price without its VAT, rounded down to the rupiah."""
    return value_idr * 100 // (100 + _VAT_PERCENT)


def _top_up(draw: Draw, project: Project, paid: int) -> None:
    """Most pay the rest when an addendum raised the value, in a month of its own: a month has one total."""
    value = project.value_on(draw.days.last) or 0
    raised = max((change.on for change in project.amendments if change.value_idr), default=None)
    first = project.deposits[0].on
    if raised is None or raised <= first or not draw.chance(p.TOPPED_UP):
        return
    month_after = after(first.replace(day=1), 32).replace(day=1)
    day = draw.days.happened(next_office_day(max(after(raised, 4), month_after)))
    rest = contribution_by_value(_base(draw, project, value)) - paid
    if day and rest > 0:
        project.deposits.append(_of(project, day, rest))


def _of(project: Project, day: date, amount: int) -> Deposit:
    return Deposit(f"{day:%Y-%m}", day, amount, len({spell.worker for spell in project.crew}))


def contribution_by_value(value_idr: int) -> int:
    """Rupiah of JKK and JKM for a contract value: each slice at its own rate."""
    total, floor = 0, 0
    for ceiling, rate in _SLICES:
        total += max(0, min(value_idr, ceiling) - floor) * rate
        floor = ceiling
    return total // 10_000
