"""What a project owes by its contract value."""

from datetime import date

from services.employer.contribution import by_contract_value, without_vat
from services.employer.facts import ProjectFacts
from services.employer.finding import Finding
from services.employer.known import evidence_of
from services.employer.rules.inquiry import Inquiry
from shared.events.data import Evidence
from shared.law import Law

_TIERS, _BASE, _VAT = "project.contribution-tiers", "project.contribution-base", "vat.percent"


def bases(project: ProjectFacts, law: Law, on: date, day: date) -> tuple[int, int] | None:
    """The least and the most that the contribution may be reckoned from; equal when VAT is known.

    `on`: the day whose law counts. None when the value is unknown. Whether VAT belongs to the base is a
    parameter (to be verified). Legal source: PP 44/2015 art. 54-55.
    """
    value, included = project.value(day), project.known("vat_included", day)
    if value is None:
        return None
    net = value.value
    if law.owed_by(_BASE, on).value == "without-vat" and (included is None or included.value):
        net = without_vat(value.value, int(law.owed_by(_VAT, on).value))
    return net, value.value if included is None else net


def owed_for(project: ProjectFacts, law: Law, on: date, day: date) -> tuple[int, int] | None:
    """The least and the most contribution in rupiah that is owed; None when the value is unknown."""
    found, tiers = bases(project, law, on, day), law.owed_by(_TIERS, on)
    if found is None:
        return None
    least, most = (by_contract_value(base, tiers.value) for base in found)
    return least, most


def base_evidence(project: ProjectFacts, law: Law, on: date, day: date) -> list[Evidence]:
    """The value, the base made of it, and the parameters behind both."""
    value, included = project.value(day), project.known("vat_included", day)
    assert value is not None
    said = [value.evidence("value_idr"), *evidence_of("vat_included", included)]
    return said + [law.owed_by(name, on).evidence() for name in (_BASE, _TIERS)]


def add_owed(found: Finding, x: Inquiry, project: ProjectFacts, on: date) -> None:
    """What the contractor owes at least, where the value is known."""
    owed = owed_for(project, x.law, on, x.day)
    if owed:
        found.amount_idr = owed[0]
        found.evidence += base_evidence(project, x.law, on, x.day)
