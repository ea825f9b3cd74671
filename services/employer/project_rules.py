"""Rules about a project. Each returns at most one finding: wrong, or not to be decided."""

from datetime import date

from services.employer import employer_rules
from services.employer.contribution import by_contract_value
from services.employer.facts import EmployerFacts, Known, ProjectFacts
from services.employer.finding import Finding, same
from services.employer.law import Law
from shared.calendar import add_working_days, working_days
from shared.events.data import Bilingual, Evidence

CONSTRUCTION = ("construction", "construction-consultancy")
_CLOCKS = {
    "contract_on": Bilingual(id="SPK", en="work contract (SPK)"),
    "start_on": Bilingual(id="SPMK", en="work order (SPMK)"),
    "awarded": Bilingual(id="pengumuman pemenang", en="award announcement"),
}


def _finding(project: ProjectFacts, code: str, law: Law, day: date) -> Finding:
    title, region = project.known("title", day), project.known("region", day)
    return Finding(
        subject=project.subject,
        code=code,
        name=str(title.value) if title else project.subject,
        law=law.rules[code].law,
        evidence=[],
        region=region.value if region else None,
    )


def clock(project: ProjectFacts, day: date) -> tuple[str, Known[date]] | None:
    """The document that starts the deadline: the SPK, else the SPMK, else the award."""
    for name, known in (
        ("contract_on", project.known("contract_on", day)),
        ("start_on", project.started(day)),
    ):
        if known:
            return name, known
    award = project.award()
    return ("awarded", award) if award else None


def work_began(project: ProjectFacts, day: date) -> Known[date] | None:
    """When work began: the SPMK, else the SPK, else the award."""
    return project.started(day) or project.known("contract_on", day) or project.award()


def _running(project: ProjectFacts, day: date) -> bool:
    began = clock(project, day)
    return bool(began and began[1].value <= day and not project.cancelled(day) and not project.completed(day))


def _uncovered(project: ProjectFacts, day: date) -> int | None:
    began, ended, planned = work_began(project, day), project.completed(day), project.end(day)
    last = ended or planned
    return working_days(began.value, min(day, last.value) if last else day) if began else None


def not_registered(project: ProjectFacts, law: Law, day: date) -> Finding | None:
    """Construction work that is not in e-Jakon 14 working days after the SPK.

    Consultancy of construction counts too. Without an SPK the SPMK starts the clock, else the
    award; the finding says which. Legal source: Permenaker 44/2015 art. 2, 3(3); Permenaker 5/2021.
    """
    if project.cancelled(day) or project.registered(day):
        return None
    kind = project.known("kind", day)
    found = _finding(project, "project.not-registered", law, day)
    if kind is None:
        found.undecided = "kind is unknown: no award was received"
        return found
    started = clock(project, day)
    if kind.value not in CONSTRUCTION or not started:
        return None
    name, known = started
    deadline = law.parameter("project.registration-working-days", day)
    due = add_working_days(known.value, int(deadline.value))
    if day <= due:
        return None
    found.since, found.due = known.value, due
    found.facts = {"clock": _CLOCKS[name], "days": same(deadline.value)}
    found.evidence = [known.evidence(name), kind.evidence("kind"), deadline.evidence()]
    found.uncovered_working_days = _uncovered(project, day)
    _add_amount(found, project, law, day)
    return found


def _add_amount(found: Finding, project: ProjectFacts, law: Law, day: date) -> None:
    """What the contractor owes by the contract value, and for how many workers."""
    planned, value = project.known("workers_planned", day), project.value(day)
    if planned:
        found.workers = planned.value
        found.evidence.append(planned.evidence("workers_planned"))
    if value:
        tiers = law.parameter("project.contribution-tiers", day)
        found.amount_idr = by_contract_value(value.value, tiers.value)
        found.evidence += [value.evidence("value_idr"), tiers.evidence()]


def contractor_flagged(project: ProjectFacts, law: Law, day: date) -> Finding | None:
    """A running project whose contractor (any member of a KSO) has open flags.

    Legal source: PP 86/2013 art. 9 (services withheld from employers that do not comply).
    """
    contractors = project.known("contractors", day)
    if contractors is None or not _running(project, day):
        return None
    found = _finding(project, "project.contractor-flagged", law, day)
    known = {subject: project.contractors.get(subject) for subject in contractors.value}
    wrong = [f for c in _distinct(known) for f in employer_rules.assess(c, law, day) if not f.undecided]
    if not wrong:
        unknown = sorted(s for s, c in known.items() if c is None or not c.facts)
        found.undecided = f"nothing is known about {', '.join(unknown)}" if unknown else None
        return found if unknown else None
    began = clock(project, day)
    assert began is not None
    found.since = max(began[1].value, min(f.since for f in wrong if f.since))
    # No deadline of its own: the contractor's, unless that had passed before the project began.
    found.due = min((f.due for f in wrong if f.due and f.due >= found.since), default=None)
    planned = project.known("workers_planned", day)
    found.workers = planned.value if planned else None
    titles = [law.rules[code].title for code in sorted({f.code for f in wrong})]
    found.facts = {
        "contractors": same(", ".join(sorted({f.name for f in wrong}))),
        "codes": Bilingual(id=", ".join(t.id for t in titles), en=", ".join(t.en for t in titles)),
    }
    flags = [Evidence(name=f.subject, value=f.code) for f in wrong]
    found.evidence = [contractors.evidence("contractors"), *sorted(flags, key=lambda e: (e.name, e.value))]
    return found


def _distinct(known: dict[str, EmployerFacts | None]) -> list[EmployerFacts]:
    return list({c.subject: c for c in known.values() if c is not None}.values())


def worker_removed(project: ProjectFacts, law: Law, day: date) -> Finding | None:
    """A worker unregistered while the project runs, and without cover there since.

    A change of workers is to be reported within 7 working days. Legal source: Permenaker 44/2015
    art. 4; UU 24/2011 art. 15.
    """
    began, planned = work_began(project, day), project.end(day)
    if began is None or not _running(project, day):
        return None
    removed = project.removed(day, began.value, planned.value if planned else day)
    if not removed:
        return None
    found = _finding(project, "project.worker-removed", law, day)
    deadline = law.parameter("project.change-working-days", day)
    found.since = min(removal.on for removal in removed)
    found.due = add_working_days(found.since, int(deadline.value))
    found.workers = len({removal.worker for removal in removed})
    last = min(day, planned.value) if planned else day
    found.uncovered_working_days = working_days(found.since, last)
    facts = [Evidence(name=r.worker, value=r.on.isoformat(), source=r.source, id=r.id) for r in removed]
    found.evidence = [began.evidence("work began"), *facts, deadline.evidence()]
    return found


RULES = (not_registered, contractor_flagged, worker_removed)
