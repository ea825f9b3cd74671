"""What the rules about projects share: which date starts a clock, since when work goes unprotected."""

from datetime import date, timedelta

from services.employer.facts import ProjectFacts
from services.employer.finding import Finding
from services.employer.known import Known, evidence_of
from services.employer.rules.inquiry import Inquiry
from shared.calendar import working_days
from shared.events.data import Bilingual

CONSTRUCTION = ("construction", "construction-consultancy")
CLOCKS = {
    "contract_on": Bilingual(id="SPK", en="work contract (SPK)"),
    "start_on": Bilingual(id="SPMK", en="work order (SPMK)"),
    "awarded": Bilingual(id="pengumuman pemenang", en="award announcement"),
}
_DAY = timedelta(days=1)
Dated = tuple[str, Known[date]]


def clock(project: ProjectFacts, day: date) -> Dated | None:
    """The document that starts the deadline to register: the SPK, else the SPMK, else the award."""
    return _first_known(
        ("contract_on", project.known("contract_on", day)),
        ("start_on", project.started(day)),
        ("awarded", project.award()),
    )


def work_began(project: ProjectFacts, day: date) -> Dated | None:
    """When work began: the SPMK, else the SPK, else the award."""
    return _first_known(
        ("start_on", project.started(day)),
        ("contract_on", project.known("contract_on", day)),
        ("awarded", project.award()),
    )


def _first_known(*dates: tuple[str, Known[date] | None]) -> Dated | None:
    return next(((name, known) for name, known in dates if known), None)


def not_cancelled(x: Inquiry, project: ProjectFacts) -> None:
    """The rule applies to projects that were not cancelled."""
    cancelled = project.cancelled(x.day)
    x.applies("not-cancelled", not cancelled, *evidence_of("cancelled_on", cancelled))


def not_completed(x: Inquiry, project: ProjectFacts) -> None:
    """The rule applies to projects that are not done."""
    completed = project.completed(x.day)
    x.applies("not-completed", not completed, *evidence_of("completed_on", completed))


def is_registered(x: Inquiry, project: ProjectFacts) -> Known[date]:
    """The rule applies to projects that are in e-Jakon."""
    registered = project.registered(x.day)
    x.applies("registered", registered, *evidence_of("registered_on", registered))
    assert registered is not None
    return registered


def is_unregistered(x: Inquiry, project: ProjectFacts) -> None:
    """Something can only be wrong with projects that are not in e-Jakon."""
    registered = project.registered(x.day)
    x.wrong_if("unregistered", not registered, *evidence_of("registered_on", registered))


def kind_among(x: Inquiry, project: ProjectFacts, kinds: tuple[str, ...]) -> Known[str]:
    """The rule applies to projects of these kinds."""
    kind = x.known("kind", project.known("kind", x.day), ": no award was received")
    x.applies("kind-concerned", kind.value in kinds)
    return kind


def running(project: ProjectFacts, day: date) -> bool:
    """Work may go on: its clock has begun, and it was neither cancelled nor completed."""
    began = clock(project, day)
    return bool(began and began[1].value <= day and not project.cancelled(day) and not project.completed(day))


def protected_on(project: ProjectFacts, day: date) -> date | None:
    """Since when its workers are protected ("peserta"): registered, and a first contribution posted.

    Legal source: Permenaker 44/2015 art. 3(4); a project that is only registered is "mendaftar".
    """
    registered, paid = project.registered(day), project.paid_first(day)
    return max(registered.value, paid.posted_on) if registered and paid else None


def uncovered(found: Finding, project: ProjectFacts, day: date) -> None:
    """The working days from the beginning of work to protection, and those days times the workers."""
    began, protected = work_began(project, day), protected_on(project, day)
    ended, planned = project.completed(day), project.end(day)
    last = ended or planned
    until = protected - _DAY if protected else day
    if began:
        days = working_days(began[1].value, min(until, last.value) if last else until)
        found.uncovered_working_days = days
        found.uncovered_worker_days = days * found.workers if found.workers else None


def planned_workers(found: Finding, project: ProjectFacts, day: date) -> None:
    """For how many workers: those planned, where that is known."""
    planned = project.known("workers_planned", day)
    if planned:
        found.workers = planned.value
        found.evidence.append(planned.evidence("workers_planned"))
