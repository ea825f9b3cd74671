"""What is wrong with some employers beside whom they enrol, and what only looks wrong."""

from datetime import date

from patuh.city.draw import Draw
from patuh.city.minimum_wages import highest_minimum
from patuh.city.records import Employer
from patuh.city.spells import Spell

_UNKNOWN_SIZE = 0.05
_LACKS, _LACKED, _WITHOUT_JKP, _MORE, _PROGRAMMES_UNKNOWN = 0.08, 0.04, 0.1, 0.05, 0.02
_UNDERPAYS, _RAISED, _WAGES_UNKNOWN, _EXEMPT, _UNDERPAYS_UNSEEN = 0.1, 0.05, 0.04, 0.04, 0.2
_MOST_UNDERPAID = 6
# Of the minimum wage, in hundredths: with the usual raise the second is above it.
_LOW, _NEARLY = (60, 92), 95


def give_shortcomings(draw: Draw, employers: list[Employer]) -> None:
    """Give each kind of shortcoming, and what comes near it, to at least one employer while there are any."""
    known = [firm for firm in employers if firm.closed_on is None]
    unknown = draw.take(known, _UNKNOWN_SIZE)
    for firm in unknown:
        firm.size_told = False
    members = [firm for firm in known if firm.member_since]
    _programmes(draw, members)
    _wages(draw, [firm for firm in members if _standing(draw, firm)])
    for firm in draw.take([firm for firm in unknown if _standing(draw, firm)], _UNDERPAYS_UNSEEN):
        _underpay(draw, firm)


def _programmes(draw: Draw, members: list[Employer]) -> None:
    small = [firm for firm in members if firm.size == "small"]
    larger = [firm for firm in members if firm.size in ("medium", "large")]
    micro = [firm for firm in members if firm.size == "micro"]
    for firm in draw.take(small, _LACKS):
        firm.chosen = ("jkk", "jkm")
    for firm in draw.take(larger, _LACKS):
        firm.chosen = ("jkk", "jkm", "jht") if draw.chance(0.7) else ("jkk", "jkm")
    for firm in draw.take(larger, _LACKED) + draw.take(small, _LACKED):
        firm.chosen, firm.widened_on = ("jkk", "jkm"), _later(draw, firm)
    for firm in draw.take(larger, _WITHOUT_JKP):
        firm.chosen = ("jkk", "jkm", "jht", "jp")
    for firm in draw.take(micro, _MORE):
        firm.chosen = ("jkk", "jkm", "jht")
    for firm in draw.take(micro, _PROGRAMMES_UNKNOWN) + draw.take(small, _PROGRAMMES_UNKNOWN):
        firm.programmes_told = False


def _later(draw: Draw, firm: Employer) -> date:
    """A working day of the window on which the firm was a member already."""
    return draw.between(max(draw.days.first, firm.member_since or draw.days.first), draw.days.last)


def _standing(draw: Draw, firm: Employer) -> list[Spell]:
    """Those of its staff who came before the window and stay."""
    return [spell for spell in firm.staff if spell.off is None and spell.on < draw.days.first]


def _wages(draw: Draw, members: list[Employer]) -> None:
    larger = [firm for firm in members if firm.size in ("medium", "large")]
    exempt = [firm for firm in members if firm.size in ("micro", "small")]
    for firm in draw.take(larger, _UNDERPAYS):
        _underpay(draw, firm)
    for firm in draw.take(larger, _RAISED):
        for spell in _some(draw, firm):
            spell.wage, spell.raised_on = _share_of_minimum(draw, _NEARLY), draw.in_window()
    for firm in draw.take(larger, _WAGES_UNKNOWN):
        firm.wages_told = False
    for firm in draw.take(exempt, _EXEMPT):
        _underpay(draw, firm)


def _underpay(draw: Draw, firm: Employer) -> None:
    for spell in _some(draw, firm):
        spell.wage, spell.raised_on = _share_of_minimum(draw, draw.rng.randint(*_LOW)), None


def _some(draw: Draw, firm: Employer) -> list[Spell]:
    standing = _standing(draw, firm)
    return draw.rng.sample(standing, draw.rng.randint(1, min(_MOST_UNDERPAID, len(standing))))


def _share_of_minimum(draw: Draw, percent: int) -> int:
    return highest_minimum(draw.days.today) * percent // 100
