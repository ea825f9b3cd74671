"""Rules about a project's registration in e-Jakon."""

from datetime import date, timedelta

from services.employer.facts import ProjectFacts
from services.employer.finding import Finding, same, spelled
from services.employer.known import Known
from services.employer.rules.inquiry import Inquiry, counted
from services.employer.rules.owed import add_owed
from services.employer.rules.site import (
    CLOCKS,
    CONSTRUCTION,
    clock,
    is_registered,
    is_unregistered,
    kind_among,
    not_cancelled,
    not_completed,
    planned_workers,
    uncovered,
    work_began,
)
from shared.calendar import add_working_days
from shared.events.data import Evidence
from shared.law import Parameter

REGISTRATION = "project.registration-working-days"
_DAY = timedelta(days=1)


def _deadline(x: Inquiry, project: ProjectFacts) -> tuple[str, Known[date], Parameter, date]:
    started = clock(project, x.day)
    assert started is not None  # a kind is known, so an award is
    name, known = started
    x.note("clock", f"{name} {known.value}", known.evidence(name))
    parameter = x.parameter(REGISTRATION, known.value)
    return name, known, parameter, add_working_days(known.value, int(parameter.value))


def not_registered(x: Inquiry, project: ProjectFacts) -> Finding:
    """Construction work that is not in e-Jakon 14 working days after the SPK.

    Consultancy of construction counts too. Without an SPK the SPMK starts the clock, else the
    award; the finding says which. Legal source: Permenaker 44/2015 art. 2, 3(3); Permenaker 5/2021.
    """
    not_cancelled(x, project)
    is_unregistered(x, project)
    kind = kind_among(x, project, CONSTRUCTION)
    name, known, deadline, due = _deadline(x, project)
    x.wrong_if("deadline-passed", x.day > due, Evidence(name="due", value=due.isoformat()))
    found = x.finding(
        [known.evidence(name), kind.evidence("kind"), deadline.evidence()],
        since=known.value,
        due=due,
        facts={"clock": CLOCKS[name], "days": same(deadline.value)},
    )
    planned_workers(found, project, x.day)
    uncovered(found, project, x.day)
    add_owed(found, x, project, known.value)
    return found


def registration_due(x: Inquiry, project: ProjectFacts) -> Finding:
    """The reminder: construction has its SPK (SPMK, award) and is not registered yet; still in time.

    A grace of 14 working days is half to all of a small job: the word goes out on the first day. Legal
    source: Permenaker 44/2015 art. 3(3).
    """
    not_cancelled(x, project)
    not_completed(x, project)
    is_unregistered(x, project)
    kind = kind_among(x, project, CONSTRUCTION)
    name, known, deadline, due = _deadline(x, project)
    x.wrong_if("in-grace", known.value <= x.day <= due, Evidence(name="due", value=due.isoformat()))
    found = x.finding(
        [known.evidence(name), kind.evidence("kind"), deadline.evidence()],
        since=known.value,
        due=due,
        level="notice",
        facts={"clock": CLOCKS[name], "days": same(deadline.value)},
    )
    planned_workers(found, project, x.day)
    add_owed(found, x, project, known.value)
    return found


def registered_late(x: Inquiry, project: ProjectFacts) -> Finding:
    """Registered after work began: the days and workers without protection until then.

    From the SPMK, else the SPK, else the award, to protection ("peserta"), which begins with the first
    payment and not with the form. It cannot be mended; it is shown for `project.late-review-days`
    (calendar days). Legal source: Permenaker 44/2015 art. 3; Permenaker 5/2021.
    """
    not_cancelled(x, project)
    kind = kind_among(x, project, CONSTRUCTION)
    registered = is_registered(x, project)
    shown = x.parameter("project.late-review-days", registered.value)
    x.applies("recently-registered", x.day <= registered.value + int(shown.value) * _DAY)
    began = work_began(project, x.day)
    assert began is not None
    name, since = began
    x.wrong_if("after-work-began", registered.value > since.value, since.evidence(name))
    found = x.finding(
        [registered.evidence("registered_on"), since.evidence(name), kind.evidence("kind"), shown.evidence()],
        since=since.value,
        facts={"clock": CLOCKS[name], "registered": spelled(registered.value)},
    )
    planned_workers(found, project, x.day)
    uncovered(found, project, x.day)
    x.wrong_if(
        "days-uncovered", found.uncovered_working_days, counted("days", found.uncovered_working_days or 0)
    )
    return found
