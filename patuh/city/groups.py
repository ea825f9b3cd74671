"""Groups of vulnerable workers, whose cover government pays for some months at a time."""

from dataclasses import dataclass

from patuh.city.days import after, office_day
from patuh.city.draw import Draw
from patuh.city.names import GROUPS
from patuh.city.public import Group
from patuh.city.spells import Spell


@dataclass(frozen=True)
class _Term:
    """Cover ends so many days after `today` (before it when negative), and how many percent are renewed."""

    ends_in: int
    renewed_percent: int = 0


_TERMS = {
    "petani": _Term(148),
    "ojek-online": _Term(20),
    "ojek-pangkalan": _Term(30),
    "becak": _Term(-6),
    "delman": _Term(-41),
    "pengemudi-angkot": _Term(9, 100),
    "pedagang-keliling": _Term(29, 80),
    "buruh-harian-lepas": _Term(115),
    "pedagang-ultra-mikro": _Term(88),
}
_STARTED, _RENEWED = (62, 100), (5, 12)
_RENEWED_FOR = 180
# Nobody reports a wage for them; their contribution is by a nominal income.
_NOMINAL_IDR = 1_000_000


def insure_groups(draw: Draw) -> list[Group]:
    """The nine groups: some end soon, one ended, one was renewed as a whole and one in part."""
    return [_group(draw, name, heads) for name, heads in GROUPS.items()]


def _group(draw: Draw, name: str, heads: int) -> Group:
    group, term, today = Group(name), _TERMS[name], draw.days.today
    size = max(3, draw.days.plan.count(heads))
    start = office_day(after(today, -draw.rng.randint(*_STARTED)))
    until = after(today, term.ends_in)
    for _ in range(size):
        group.members.append(
            Spell(worker=next(draw.workers), on=start, until=until, wage=_NOMINAL_IDR, employer=group.subject)
        )
    _renew(draw, group, size * term.renewed_percent // 100)
    return group


def _renew(draw: Draw, group: Group, count: int) -> None:
    """Say ahead of its end that cover goes on from the day after it."""
    told = office_day(after(draw.days.today, -draw.rng.randint(*_RENEWED)))
    for spell in group.members[:count]:
        last = spell.until or told
        group.members.append(
            Spell(
                worker=spell.worker,
                on=after(last, 1),
                told_on=told,
                until=after(last, _RENEWED_FOR),
                wage=spell.wage,
                employer=spell.employer,
            )
        )
