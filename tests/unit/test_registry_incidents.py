"""Accidents and deaths in the coverage: whose they are, and whether the worker was covered that day."""

from itertools import permutations
from typing import Any

import pytest

from services.registry.enrolment import snapshots
from shared.events import Event, decode, encode, types
from shared.events import data as d
from shared.events.envelope import HEADERS
from tests.unit.building import FIRM, OTHER, PROJECT, day, enrolled, fact, unregistered, worker

OFFICE, VULNERABLE = "agency:63421", "group:rentan-cikole"


def incident(on: str, number: int = 1, **told: Any) -> Event:
    usual: dict[str, Any] = {"kind": "accident", "employer": FIRM}
    data = d.WorkerIncidentReported(occurred_on=day(on), **(usual | told))
    return fact(types.WORKER_INCIDENT, worker(number), data, on)


def covered(facts: list[Event], subject: str) -> list[bool]:
    """Whether each incident of a subject was covered; the same in every order."""
    found = [snapshots(list(order))[subject].incidents for order in permutations(facts)]
    assert all(incidents == found[0] for incidents in found)
    return [one.covered for one in found[0]]


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2025-03-02", False), ("2025-03-03", True), ("2025-04-07", True), ("2025-04-08", False)],
)
def test_covered_means_enrolled_on_that_very_day(on: str, expected: bool) -> None:
    facts = [enrolled(1, "2025-03-03"), unregistered(1, "2025-04-08"), incident(on)]
    assert covered(facts, FIRM) == [expected]


PLACES = [
    pytest.param({"project": PROJECT}, True, id="at that project"),
    pytest.param({"project": PROJECT, "employer": OTHER}, True, id="at that project by another member"),
    pytest.param({}, True, id="at that employer"),
    pytest.param({"employer": None, "segment": "bpu"}, True, id="by herself"),
    pytest.param({"employer": OTHER}, False, id="at another employer"),
    pytest.param({"project": "project:p-two"}, False, id="at another project of the employer"),
]


@pytest.mark.parametrize(("told", "expected"), PLACES)
def test_where_she_may_have_been_covered(told: dict[str, Any], expected: bool) -> None:
    facts = [enrolled(1, "2025-03-03", **told), incident("2025-03-10", project=PROJECT)]
    assert covered(facts, PROJECT) == [expected]


def test_another_workers_enrolment_covers_nobody_else() -> None:
    assert covered([enrolled(2, "2025-03-03"), incident("2025-03-10")], FIRM) == [False]


def test_whose_incident_it_is() -> None:
    told: list[dict[str, Any]] = [
        {"project": PROJECT},
        {},
        {"employer": None},
        {"employer": OFFICE},
        {"employer": VULNERABLE},
    ]
    facts = [incident("2025-03-10", number, **of) for number, of in enumerate(told, 1)]
    found = snapshots(facts)
    assert found.keys() == {PROJECT, FIRM, worker(3), OFFICE, VULNERABLE}
    assert all(len(one.incidents) == 1 and not one.steps for one in found.values())


def test_an_incident_names_its_fact_and_comes_in_order_of_days() -> None:
    death, accident = incident("2025-03-11", kind="death"), incident("2025-03-10", 2)
    assert snapshots([death, accident])[FIRM].incidents == [
        d.Incident(
            worker=worker(2),
            kind="accident",
            on=day("2025-03-10"),
            source=accident.source,
            id=accident.id,
            covered=False,
        ),
        d.Incident(
            worker=worker(1),
            kind="death",
            on=day("2025-03-11"),
            source=death.source,
            id=death.id,
            covered=False,
        ),
    ]


@pytest.mark.parametrize("subject", [OFFICE, VULNERABLE])
def test_offices_and_groups_have_coverage_and_consumers_can_read_it(subject: str) -> None:
    facts = [enrolled(1, "2025-03-03", employer=subject, segment="non-asn")]
    facts.append(incident("2025-03-10", employer=subject))
    [(name, snapshot)] = snapshots(facts).items()
    assert name == subject
    assert (snapshot.steps[0].enrolled, snapshot.incidents[0].covered) == (1, True)
    told = Event(types.COVERAGE_CHANGED, f"{subject}:1", "urn:x", subject, facts[0].time, snapshot)
    assert decode(encode(told), HEADERS) == told
