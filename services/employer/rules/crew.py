"""Rules about a project's workers, and about works that communities do themselves."""

from datetime import date
from functools import partial
from operator import gt

from services.employer.covered import ENROLLED, Wrong
from services.employer.facts import ProjectFacts
from services.employer.finding import Finding, rupiah
from services.employer.known import evidence_of
from services.employer.rules.inquiry import Inquiry, counted
from services.employer.rules.owed import add_owed
from services.employer.rules.site import (
    CLOCKS,
    CONSTRUCTION,
    is_registered,
    kind_among,
    not_cancelled,
    not_completed,
    planned_workers,
    protected_on,
    running,
    uncovered,
    work_began,
)
from shared.calendar import add_working_days, working_days
from shared.events.data import Bilingual, Evidence

_CHANGE = "project.change-working-days"


def workers_missing(x: Inquiry, project: ProjectFacts) -> Finding:
    """A registered project without a worker list, or with fewer workers enrolled than planned.

    The list is required even when the contribution is reckoned from the contract value. Legal source:
    Permenaker 44/2015 art. 3(1), 4.
    """
    not_cancelled(x, project)
    not_completed(x, project)
    kind_among(x, project, CONSTRUCTION)
    registered = is_registered(x, project)
    enrolled, listed = project.enrolled(x.day), project.listed(x.day)
    planned = project.known("workers_planned", x.day)
    absent = not enrolled and not (listed and listed.value)
    if planned is None and not absent:
        x.known("workers_planned", planned)
    wanted = _wanted(project, x.day)
    evidence = evidence_of("workers_planned", planned)
    x.wrong_if("fewer-enrolled", enrolled < wanted, counted("enrolled", enrolled), *evidence)
    since = project.stretch(ENROLLED, partial(_fewer, project), registered.value, x.day)
    deadline = x.parameter(_CHANGE, since)
    return x.finding(
        [registered.evidence("registered_on"), *evidence, counted("enrolled", enrolled), deadline.evidence()],
        since=since,
        due=add_working_days(since, int(deadline.value)),
        workers=wanted - enrolled if planned else None,
        uncovered_working_days=working_days(since, x.day),
        facts={"gap": _gap(planned.value if planned else None, enrolled)},
    )


def _gap(planned: int | None, enrolled: int) -> Bilingual:
    if planned is None:
        return Bilingual(id="belum menyerahkan daftar pekerja", en="has handed in no list of workers")
    return Bilingual(
        id=f"merencanakan {planned} pekerja, yang terdaftar {enrolled}",
        en=f"planned {planned} workers, {enrolled} are enrolled",
    )


def _wanted(project: ProjectFacts, day: date) -> int:
    """How many workers were planned as of a day; at least one, where nobody said."""
    planned = project.known("workers_planned", day)
    return planned.value if planned else 1


def _fewer(project: ProjectFacts, day: date) -> Wrong:
    return partial(gt, _wanted(project, day))


def worker_removed(x: Inquiry, project: ProjectFacts) -> Finding:
    """A worker unregistered while the project runs, and without cover there since.

    A change of workers is to be reported within 7 working days. Legal source: Permenaker 44/2015
    art. 4; UU 24/2011 art. 15.
    """
    began, planned = work_began(project, x.day), project.end(x.day)
    x.applies("running", began and running(project, x.day))
    assert began is not None
    name, start = began
    removed = project.removed(x.day, start.value, planned.value if planned else x.day)
    said = [Evidence(name=r.worker, value=r.on.isoformat(), source=r.source, id=r.id) for r in removed]
    x.wrong_if("workers-removed", removed, *said)
    since = min(removal.on for removal in removed)
    deadline = x.parameter(_CHANGE, since)
    return x.finding(
        [start.evidence(name), *said, deadline.evidence()],
        since=since,
        due=add_working_days(since, int(deadline.value)),
        workers=len({removal.worker for removal in removed}),
        uncovered_working_days=working_days(since, min(x.day, planned.value) if planned else x.day),
    )


def not_covered(x: Inquiry, project: ProjectFacts) -> Finding:
    """P2RW or another community's own works, begun and without cover: no contract, hence in no feed.

    Covered is who is registered and has paid, or has workers enrolled. Legal source: Permenaker 5/2021;
    Inpres 2/2021.
    """
    not_cancelled(x, project)
    not_completed(x, project)
    kind = kind_among(x, project, ("community",))
    began = work_began(project, x.day)
    assert began is not None
    name, start = began
    x.applies("begun", start.value <= x.day, start.evidence(name))
    enrolled = project.enrolled(x.day)
    x.wrong_if("not-protected", protected_on(project, x.day) is None)
    x.wrong_if("nobody-enrolled", not enrolled, counted("enrolled", enrolled))
    deadline = x.parameter("project.registration-working-days", start.value)
    found = x.finding(
        [start.evidence(name), kind.evidence("kind"), deadline.evidence()],
        since=start.value,
        due=add_working_days(start.value, int(deadline.value)),
        facts={"clock": CLOCKS[name]},
    )
    planned_workers(found, project, x.day)
    uncovered(found, project, x.day)
    add_owed(found, x, project, start.value)
    found.facts["cost"] = _cost(found.amount_idr)
    return found


def _cost(amount_idr: int | None) -> Bilingual:
    if amount_idr is None:
        return Bilingual(id="", en="")
    said = rupiah(amount_idr)
    return Bilingual(id=f" Iurannya Rp {said.id}.", en=f" The contribution is Rp {said.en}.")
