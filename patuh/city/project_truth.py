"""What is wrong with a project of the sample city on a day, read from its record alone."""

from collections.abc import Callable
from datetime import date

from patuh.city.contributions import contribution_by_value, without_vat
from patuh.city.days import after
from patuh.city.deadlines import USUAL, Deadlines
from patuh.city.records import Project
from patuh.city.spells import Spell
from shared.calendar import add_working_days, working_days


def unregistered(project: Project, today: date, deadlines: Deadlines = USUAL) -> bool:
    """Construction that nobody registered, and the working days to do so have passed."""
    if not project.construction or project.cancelled(today) or project.registered(today):
        return False
    return today > add_working_days(project.clock, deadlines.project_grace)


def registration_due(project: Project, today: date, deadlines: Deadlines = USUAL) -> bool:
    """Construction that is to be registered, and the working days to do so run."""
    if not project.construction or project.ended(today) or project.registered(today):
        return False
    return project.clock <= today <= add_working_days(project.clock, deadlines.project_grace)


def _paid(project: Project, today: date) -> list[tuple[date, int]]:
    return sorted((one.on, one.amount_idr) for one in project.deposits if one.amount_idr and one.on <= today)


def registered_late(project: Project, today: date, deadlines: Deadlines = USUAL) -> bool:
    """Work went on for working days before registration and contribution protected anybody."""
    registered = project.registered_on
    if not project.construction or project.cancelled(today) or registered is None:
        return False
    if not registered <= today <= after(registered, deadlines.review) or registered <= project.began:
        return False
    paid = _paid(project, today)
    protected = max(registered, paid[0][0]) if paid else None
    last = after(protected, -1) if protected else today
    done = project.completed_on if project.ended(today) else None
    end = done or project.end_as_of(today) or last
    return working_days(project.began, min(last, end)) > 0


def registered_unpaid(project: Project, today: date, deadlines: Deadlines = USUAL) -> bool:
    """Registered, and the contribution was not paid when the certificate was due."""
    registered = project.registered_on
    built = project.construction or project.kind == "community"
    if not built or project.cancelled(today) or registered is None or _paid(project, today):
        return False
    return today > add_working_days(registered, deadlines.certificate)


def underpaid(project: Project, today: date, _: Deadlines = USUAL) -> bool:
    """Paid, and less than is owed by the contract value; where VAT may be in or not, less than by either."""
    paid, value = sum(amount for _, amount in _paid(project, today)), project.value_on(today)
    if not project.construction or project.cancelled(today) or not project.registered(today):
        return False
    if not paid or value is None:
        return False
    return paid < contribution_by_value(value if project.vat_included is False else without_vat(value))


def crew_missing(project: Project, today: date, _: Deadlines = USUAL) -> bool:
    """Registered with fewer workers than planned, or without any where nobody said how many."""
    if not project.construction or project.ended(today) or not project.registered(today):
        return False
    if project.workers_planned is None:
        return not project.crew
    return project.enrolled(today) < project.workers_planned


def worker_removed(project: Project, today: date, _: Deadlines = USUAL) -> bool:
    """Runs on `today` without a worker that was taken off while it ran."""
    if not project.construction or project.ended(today):
        return False
    end = min(filter(None, (project.end_as_of(today), today)))
    back = {spell.worker for spell in project.crew if spell.covers(today)}
    left = {spell.worker for spell in project.crew if _left_between(spell, project.began, end)}
    return not left <= back


def _left_between(spell: Spell, start: date, end: date) -> bool:
    return spell.off is not None and start <= spell.off <= end


def not_covered(project: Project, today: date, _: Deadlines = USUAL) -> bool:
    """Works of residents that began, neither registered and paid nor with anybody enrolled."""
    if project.kind != "community" or project.ended(today) or project.began > today:
        return False
    protected = project.registered(today) and bool(_paid(project, today))
    return not protected and not project.enrolled(today)


def contractor_flagged(project: Project, flagged: frozenset[str], today: date) -> bool:
    """Runs on `today` with a contractor that has a flag of its own."""
    if project.clock > today or project.ended(today):
        return False
    return any(firm.subject in flagged for firm in project.contractors)


PROJECT_TRUTHS: dict[str, Callable[[Project, date, Deadlines], bool]] = {
    "project.registration-due": registration_due,
    "project.not-registered": unregistered,
    "project.registered-late": registered_late,
    "project.registered-unpaid": registered_unpaid,
    "project.underpaid": underpaid,
    "project.workers-missing": crew_missing,
    "project.worker-removed": worker_removed,
    "community.not-covered": not_covered,
}
