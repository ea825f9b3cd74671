"""What contractors do about their project: whether and when they register it, whom they take off again."""

from collections.abc import Callable
from datetime import date

from patuh.city.contributions import deposit
from patuh.city.days import PROJECT_GRACE, after, next_office_day, office_day
from patuh.city.draw import Draw
from patuh.city.plan import ProjectHabit
from patuh.city.records import Project
from patuh.city.spells import Spell
from shared.calendar import add_working_days

_FROM_OWN_STAFF = 5
_REASON = "pekerjaan selesai"


def crew_size(project: Project) -> int:
    """Workers on site, one for each 14 million rupiah; consultants are few."""
    worth = (project.value_idr or 0) // 14_000_000
    return max(3, min(120, worth)) if project.kind == "construction" else max(2, min(8, worth // 3))


def live(draw: Draw, project: Project, end: date) -> None:
    """Register the project after its habit, and its crew with it; `end` is the real end of the works."""
    day = _registration_day(draw, project)
    registered = draw.days.happened(day) if day else None
    if registered is None:
        return
    register(draw, project, registered, _brought(draw, project))
    change = _CHANGES.get(project.habit)
    if change is not None:
        change(draw, project, end)


def _brought(draw: Draw, project: Project) -> int:
    """How many workers are on the list: all, or too few, or none where it is missing."""
    size = crew_size(project)
    if project.habit == "few":
        project.workers_planned = size
        return max(1, size * draw.rng.randint(30, 90) // 100)
    return 0 if project.habit == "no-list" else size


def _registration_day(draw: Draw, project: Project) -> date | None:
    spk = project.contract_on or project.award_on
    if project.habit == "never":
        return None
    if project.habit == "early":
        return draw.between(project.award_on, project.began)
    if project.habit == "at-invoice":
        done = project.completed_on
        return max(project.award_on, office_day(after(done, -draw.rng.randint(0, 2)))) if done else None
    late = project.habit == "late"
    days = draw.rng.randint(PROJECT_GRACE + 2, 30) if late else draw.rng.randint(1, PROJECT_GRACE)
    day = add_working_days(spk, days)
    return min(day, project.completed_on) if project.completed_on else day


def register(draw: Draw, project: Project, day: date, size: int) -> None:
    """Register the project on `day` with a crew of `size`: casual workers, and a few of the firm's own."""
    project.registered_on = day
    own = _own_staff(draw, project, size // _FROM_OWN_STAFF)
    firms: list[str | None] = [*(firm.subject for firm in project.contractors)] or [None]
    for index in range(size):
        worker = own[index] if index < len(own) else next(draw.workers)
        firm = firms[0 if index < len(own) else index % len(firms)]
        project.crew.append(Spell(worker=worker, on=day, wage=draw.wage(), employer=firm))
    deposit(draw, project)


def _own_staff(draw: Draw, project: Project, size: int) -> list[int]:
    if not project.contractors:
        return []
    able = [spell.worker for spell in project.contractors[0].staff if spell.off is None]
    return draw.rng.sample(able, min(size, len(able)))


def _part_of(draw: Draw, project: Project) -> list[Spell]:
    return draw.rng.sample(project.crew, max(1, len(project.crew) * draw.rng.randint(20, 60) // 100))


def _take_off(project: Project, spells: list[Spell], off: date, told_off: date) -> None:
    for spell in spells:
        spell.off, spell.told_off, spell.reason = off, told_off, _REASON


def _remove(draw: Draw, project: Project, end: date) -> list[Spell]:
    """Take part of the crew off while the works run; told up to a week later."""
    first, last = _days_at_work(draw, project, end)
    if first > last:
        return []
    off = after(first, draw.rng.randint(0, (last - first).days))
    told_off = min(draw.days.last, next_office_day(after(off, draw.rng.randint(0, 7))))
    spells = _part_of(draw, project)
    _take_off(project, spells, off, told_off)
    return spells


def _days_at_work(draw: Draw, project: Project, end: date) -> tuple[date, date]:
    # Not held to the SPMK: one who leaves before it did not leave mid-project.
    registered = project.registered_on or project.award_on
    return after(registered, 2), min(draw.days.last, project.completed_on or end)


def _removes(draw: Draw, project: Project, end: date) -> None:
    _remove(draw, project, end)


def _restores(draw: Draw, project: Project, end: date) -> None:
    for spell in _remove(draw, project, end):
        back = add_working_days(spell.told_off or end, 2)
        if draw.days.happened(back):
            project.crew.append(Spell(worker=spell.worker, on=back, wage=spell.wage, employer=spell.employer))


def _removes_after(draw: Draw, project: Project, end: date) -> None:
    """Take part of the crew off once the works are done: nothing is wrong with that."""
    done = project.completed_on or project.end_as_of(draw.days.last)
    if done is None:
        return
    off = after(done, draw.rng.randint(1, 5))
    told_off = next_office_day(off)
    if draw.days.happened(told_off):
        _take_off(project, _part_of(draw, project), off, told_off)


def _removes_soon(draw: Draw, project: Project, end: date) -> None:
    """Tell on the last day that part of the crew goes after `today`."""
    if project.completed_on is None and project.registered_on != draw.days.last:
        off = after(draw.days.today, draw.rng.randint(1, 10))
        _take_off(project, _part_of(draw, project), off, draw.days.last)


_CHANGES: dict[ProjectHabit, Callable[[Draw, Project, date], None]] = {
    "removes": _removes,
    "restores": _restores,
    "removes-after": _removes_after,
    "removes-soon": _removes_soon,
}
