"""Accidents and deaths at work: of workers with cover, and of workers who had none on that day."""

from collections.abc import Iterator
from datetime import date
from typing import TypeVar

from patuh.city.days import after, office_day
from patuh.city.draw import Draw
from patuh.city.public import Group, Incident
from patuh.city.records import Employer, Project
from patuh.city.spells import Spell
from shared.calendar import add_working_days

_T = TypeVar("_T")
_MANY, _FEW = 8, 3
_DEATHS = 0.25


def report_incidents(
    draw: Draw, employers: list[Employer], projects: list[Project], groups: list[Group]
) -> list[Incident]:
    """A few of each kind, at least one while there is anybody it may happen to."""
    working = {id(firm) for project in projects for firm in project.contractors}
    # Not at contractors: what happens on their site is told of the project.
    firms = [firm for firm in employers if firm.closed_on is None and id(firm) not in working]
    sites = [project for project in projects if project.construction and project.cancelled_on is None]
    found = [*_at_firms(draw, firms), *_on_sites(draw, sites), *_in_groups(draw, groups)]
    return [incident for incident in found if incident.told_on <= draw.days.last]


def _count(draw: Draw, at_scale_one: int) -> int:
    return max(1, draw.days.plan.count(at_scale_one))


def _some(draw: Draw, pool: list[_T], at_scale_one: int) -> list[_T]:
    return draw.rng.sample(pool, min(len(pool), _count(draw, at_scale_one)))


def _incident(draw: Draw, worker: int, day: date, employer: str | None, project: str | None) -> Incident:
    return Incident(
        worker=worker,
        kind="death" if draw.chance(_DEATHS) else "accident",
        on=day,
        told_on=add_working_days(day, draw.rng.randint(1, 4)),
        employer=employer,
        project=project,
    )


def _day(draw: Draw) -> date:
    """A working day of the window, early enough to be told by its end."""
    return draw.between(draw.days.first, office_day(after(draw.days.last, -10)))


def _at_firms(draw: Draw, firms: list[Employer]) -> Iterator[Incident]:
    """Of staff with cover; of somebody who left later; of somebody whom nobody ever enrolled."""
    standing = [firm for firm in firms if any(_stays(draw, spell) for spell in firm.staff)]
    for firm in _some(draw, standing, _MANY):
        spell = draw.rng.choice([spell for spell in firm.staff if _stays(draw, spell)])
        yield _incident(draw, spell.worker, _day(draw), firm.subject, None)
    for spell in _some(draw, [spell for firm in firms for spell in firm.staff if _left(draw, spell)], _FEW):
        day = office_day(after(spell.off or draw.days.last, -1))
        yield _incident(draw, spell.worker, day, spell.employer, None)
    for firm in [firm for firm in firms if firm.habit in ("never", "enrols-some")][: _count(draw, _FEW)]:
        day = max(_day(draw), office_day(firm.obliged_since))
        yield _incident(draw, next(draw.workers), day, firm.subject, None)


def _stays(draw: Draw, spell: Spell) -> bool:
    return spell.on < draw.days.first and spell.off is None


def _left(draw: Draw, spell: Spell) -> bool:
    """Was there when the window began, and left some time before its end."""
    leaves = spell.off is not None and after(draw.days.first, 7) <= spell.off <= after(draw.days.last, -10)
    return spell.on < draw.days.first and leaves


def _on_sites(draw: Draw, sites: list[Project]) -> Iterator[Incident]:
    """Of the crew; of one enrolled only after it; of the firm's own staff; where nobody registered."""
    crewed = [site for site in sites if site.crew and site.registered_on]
    for site in _some(draw, crewed, _MANY):
        spell = site.crew[-1]
        yield _incident(draw, spell.worker, spell.on, spell.employer, site.subject)
    late = [site for site in crewed if site.registered_on and after(site.began, 3) <= site.registered_on]
    for site in _some(draw, late, _FEW):
        spell = site.crew[-1]
        day = max(site.award_on, office_day(after(spell.on, -1)))
        yield _incident(draw, spell.worker, day, spell.employer, site.subject)
    yield from _of_own_staff(draw, sites)
    bare = [site for site in sites if site.habit == "never" and after(site.began, 9) <= draw.days.last]
    for site in _some(draw, bare, _FEW):
        firm = site.contractors[0].subject if site.contractors else None
        yield _incident(draw, next(draw.workers), office_day(after(site.began, 2)), firm, site.subject)


def _of_own_staff(draw: Draw, sites: list[Project]) -> Iterator[Incident]:
    """Somebody of the contractor's staff, who is on no list of the site: covered all the same."""
    for site in sites:
        listed = {spell.worker for spell in site.crew}
        for firm in site.contractors:
            own = [spell for spell in firm.staff if _stays(draw, spell) and spell.worker not in listed]
            if own:
                yield _incident(draw, own[0].worker, _day(draw), firm.subject, site.subject)
                return


def _in_groups(draw: Draw, groups: list[Group]) -> Iterator[Incident]:
    """A vulnerable worker whose cover runs."""
    for group in groups[:1]:
        spell = group.members[0]
        yield _incident(draw, spell.worker, office_day(after(spell.on, 12)), group.subject, None)
