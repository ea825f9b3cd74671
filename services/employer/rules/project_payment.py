"""Rules about a project's one contribution: paid at all, and paid in full."""

from datetime import date

from services.employer.facts import ProjectFacts
from services.employer.finding import Finding, rupiah, spelled
from services.employer.known import Known
from services.employer.rules.inquiry import Inquiry, counted
from services.employer.rules.owed import base_evidence, owed_for
from services.employer.rules.site import (
    CONSTRUCTION,
    clock,
    is_registered,
    kind_among,
    not_cancelled,
    planned_workers,
    uncovered,
)
from shared.calendar import add_working_days
from shared.events import data as d


def registered_unpaid(x: Inquiry, project: ProjectFacts) -> Finding:
    """Registered ("mendaftar") and nothing paid, so not yet "peserta": its workers are not protected.

    BPJS answers the form and the first payment within a working day; until then nobody is alarmed.
    Legal source: Permenaker 44/2015 art. 3(4); BPJS practice.
    """
    not_cancelled(x, project)
    kind_among(x, project, (*CONSTRUCTION, "community"))
    registered = is_registered(x, project)
    paid = project.paid_first(x.day)
    x.wrong_if("unpaid", paid is None, *([counted("paid", paid.amount_idr)] if paid else []))
    deadline = x.parameter("project.certificate-working-days", registered.value)
    due = add_working_days(registered.value, int(deadline.value))
    x.wrong_if("deadline-passed", x.day > due, d.Evidence(name="due", value=due.isoformat()))
    found = x.finding(
        [registered.evidence("registered_on"), deadline.evidence()],
        since=registered.value,
        due=due,
        facts={"registered": spelled(registered.value)},
    )
    planned_workers(found, project, x.day)
    uncovered(found, project, x.day)
    return found


def underpaid(x: Inquiry, project: ProjectFacts) -> Finding:
    """Paid less than the marginal tiers of the (amended) contract value come to.

    Reckoned without VAT where the value includes it (the parameter says so, to be verified); where that
    is unknown, only what is too little in either case is wrong. Legal source: PP 44/2015 art. 54-55.
    """
    not_cancelled(x, project)
    kind_among(x, project, CONSTRUCTION)
    is_registered(x, project)
    first, paid = project.paid_first(x.day), project.paid(x.day)
    x.applies("paid", first, counted("paid", paid))
    assert first is not None
    value = x.known("value_idr", project.value(x.day))
    on = _law_of(x, project)
    least, most = owed_for(project, x.law, on, x.day) or (0, 0)
    if least <= paid < most:
        x.known("vat_included", None)
    evidence = [counted("paid", paid), *base_evidence(project, x.law, on, x.day)]
    x.wrong_if("paid-less", paid < least, counted("owed", least), *evidence)
    since = max(first.posted_on, _in_force_since(value))
    deadline = x.parameter("project.change-working-days", since)
    found = x.finding(
        [*evidence, deadline.evidence()],
        since=since,
        due=add_working_days(since, int(deadline.value)),
        amount_idr=least - paid,
        facts={"paid": rupiah(paid), "owed": rupiah(least), "base": rupiah(value.value)},
    )
    planned_workers(found, project, x.day)
    return found


def _law_of(x: Inquiry, project: ProjectFacts) -> date:
    started = clock(project, x.day)
    assert started is not None
    return started[1].value


def _in_force_since(value: Known[int]) -> date:
    """An addendum's value counts from the day it was said; the first value has always been so."""
    return value.said_on if isinstance(value.fact.data, d.ProjectAmended) else date.min
