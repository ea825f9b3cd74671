"""The employers of the sample city and their staff, each after its habit."""

from collections.abc import Callable
from datetime import date

from patuh.city import numbers
from patuh.city.days import after, next_office_day, office_day
from patuh.city.draw import Draw
from patuh.city.names import KELURAHAN, company_name, company_names
from patuh.city.plan import (
    EMPLOYER_HABITS,
    HEADCOUNTS,
    PAYER_HABITS,
    SIZE_SHARES,
    SIZES,
    EmployerHabit,
    SizeClass,
)
from patuh.city.records import Employer
from patuh.city.spells import Spell

# Trade, KBLI 2020, and how common it is among micro, small, medium and large employers.
_TRADES = (
    ("builder", "42101", (5, 9, 8, 2)),
    ("consultant", "71102", (3, 3, 1, 0)),
    ("factory", "14111", (8, 18, 40, 78)),
    ("shop", "47111", (50, 35, 21, 8)),
    ("service", "56101", (34, 35, 30, 12)),
)
# Before this day the deadlines of today were not in force: nobody could say whether such an employer is late.
_LAW_BEGAN = date(2015, 7, 1)
_CV_SHARES = (0.94, 0.78, 0.35, 0.0)
_TURNOVER, _ANNOUNCED, _RAISED, _RECOUNTED, _JUST_OVERDUE = 0.04, 0.08, 0.01, 0.15, 0.2


def found_employers(draw: Draw) -> list[Employer]:
    """Every employer of the plan but the planted ones."""
    names = company_names(draw.rng)
    sizes = _sizes(draw, draw.days.plan.count(2000))
    return [_employer(draw, number, size, headcount, names) for number, (size, headcount) in enumerate(sizes)]


def _sizes(draw: Draw, count: int) -> list[tuple[SizeClass, int]]:
    """Size and head count of each: drawn in strata, so that a few large ones do not upset the total."""
    found: list[tuple[SizeClass, int]] = []
    for size in SIZES[1:]:
        found += _stratum(draw, size, round(count * SIZE_SHARES[size]))
    found += _stratum(draw, "micro", count - len(found))
    draw.rng.shuffle(found)
    return found


def _stratum(draw: Draw, size: SizeClass, count: int) -> list[tuple[SizeClass, int]]:
    low, high = HEADCOUNTS[size]
    ranks = [(index + draw.rng.random()) / count for index in range(count)]
    return [(size, int(low * (high / low) ** rank)) for rank in ranks]


def _employer(
    draw: Draw, number: int, size: SizeClass, headcount: int, names: list[tuple[str, str]]
) -> Employer:
    column, seed = SIZES.index(size), draw.days.plan.seed
    trade, kbli, _ = draw.rng.choices(_TRADES, [weights[column] for *_, weights in _TRADES])[0]
    habit = draw.pick({habit: weights[column] for habit, weights in EMPLOYER_HABITS.items()})
    form = "CV" if draw.chance(_CV_SHARES[column]) else "PT"
    employer = Employer(
        npwp=numbers.npwp(seed, number),
        nib=numbers.nib(seed, number),
        name=company_name(names, number, trade, form),
        trade=trade,
        kbli=kbli,
        size=size,
        region=draw.rng.choice(list(KELURAHAN)),
        habit=habit,
        obliged_since=_obliged_since(draw, habit),
        workforce=headcount,
        payer=draw.pick(PAYER_HABITS),
    )
    _LIVES[habit](draw, employer)
    employer.npp = numbers.npp(seed, number) if employer.member_since else None
    return employer


def _obliged_since(draw: Draw, habit: EmployerHabit) -> date:
    days = draw.days
    if habit == "new":
        return draw.between(days.first_in_grace, days.last)
    if habit == "never" and draw.chance(_JUST_OVERDUE):
        return draw.between(days.first, office_day(after(days.first_in_grace, -1)))
    oldest = min(3600, (days.first - _LAW_BEGAN).days)
    return next_office_day(after(days.first, -draw.rng.randint(75, max(75, oldest))))


def enrol(draw: Draw, employer: Employer, count: int, first: date, last: date) -> None:
    """Enrol `count` new workers, each on a working day from `first` to `last`."""
    employer.staff += [
        Spell(
            worker=next(draw.workers),
            on=draw.between(first, last),
            wage=draw.wage(),
            employer=employer.subject,
        )
        for _ in range(count)
    ]


def join(draw: Draw, employer: Employer, count: int) -> None:
    """Become a member soon after being obliged, and enrol `count` workers before the window begins."""
    joined = draw.between(employer.obliged_since, after(employer.obliged_since, 40))
    employer.member_since = joined
    enrol(draw, employer, count, joined, after(draw.days.first, -1))


def _replace_some(draw: Draw, employer: Employer) -> None:
    """Turnover: whoever leaves is replaced first, so that the count never falls short."""
    leaving = [spell for spell in employer.staff if draw.chance(_TURNOVER)]
    for spell in leaving:
        if draw.chance(_ANNOUNCED):
            _announce_leaving(draw, spell)
            continue
        spell.off = spell.told_off = draw.in_window()
        joined = max(draw.days.first, office_day(after(spell.off, -draw.rng.randint(0, 6))))
        enrol(draw, employer, 1, joined, joined)
    for spell in employer.staff:
        if spell.off is None and spell.on < draw.days.first and draw.chance(_RAISED):
            spell.raised_on = draw.in_window()


def _announce_leaving(draw: Draw, spell: Spell) -> None:
    """Told on the last day, true after `today`: still enrolled."""
    spell.told_off, spell.off = draw.days.last, after(draw.days.today, draw.rng.randint(1, 14))


def _announce_joining(draw: Draw, employer: Employer, count: int) -> None:
    """Told on the last day, true after `today`: not enrolled yet."""
    day = after(draw.days.today, draw.rng.randint(1, 14))
    enrol(draw, employer, count, day, day)
    for spell in employer.staff[-count:]:
        spell.told_on = draw.days.last


def _recount(draw: Draw, employer: Employer) -> None:
    """Some declared another head count before."""
    if employer.workforce and employer.workforce >= 10 and draw.chance(_RECOUNTED):
        employer.declared_before = round(employer.workforce * draw.rng.uniform(0.7, 1.2))
        employer.declared_on = draw.in_window()


def _enrols_all(draw: Draw, employer: Employer) -> None:
    join(draw, employer, employer.workforce or 0)
    _replace_some(draw, employer)
    _recount(draw, employer)


def _enrols_some(draw: Draw, employer: Employer) -> None:
    headcount = employer.workforce or 0
    enrolled = min(headcount - 1, round(headcount * draw.rng.uniform(0.3, 0.95)))
    join(draw, employer, enrolled)
    _replace_some(draw, employer)
    if draw.chance(_ANNOUNCED):
        _announce_joining(draw, employer, headcount - enrolled)
    _recount(draw, employer)


def _enrols_late(draw: Draw, employer: Employer) -> None:
    employer.member_since = draw.in_window()
    enrol(draw, employer, employer.workforce or 0, employer.member_since, employer.member_since)


def _catches_up(draw: Draw, employer: Employer) -> None:
    headcount = employer.workforce or 0
    before = headcount * draw.rng.randint(20, 80) // 100
    join(draw, employer, before)
    mended = draw.in_window()
    enrol(draw, employer, headcount - before, mended, mended)


def _stays_out(draw: Draw, employer: Employer) -> None:
    """Never registered, or not yet: nothing to tell beyond its founding."""


def _declares_nothing(draw: Draw, employer: Employer) -> None:
    headcount, employer.workforce = employer.workforce or 0, None
    if draw.chance(0.5):
        join(draw, employer, headcount)


def _works_alone(draw: Draw, employer: Employer) -> None:
    employer.workforce = 0


def _closes(draw: Draw, employer: Employer) -> None:
    employer.closed_on = draw.in_window()
    if draw.chance(0.5):
        join(draw, employer, employer.workforce or 0)
    for spell in employer.staff:
        spell.off = spell.told_off = employer.closed_on
        spell.reason = "perusahaan tutup"


_LIVES: dict[EmployerHabit, Callable[[Draw, Employer], None]] = {
    "enrols-all": _enrols_all,
    "enrols-some": _enrols_some,
    "enrols-late": _enrols_late,
    "catches-up": _catches_up,
    "never": _stays_out,
    "new": _stays_out,
    "undeclared": _declares_nothing,
    "alone": _works_alone,
    "closed": _closes,
}
