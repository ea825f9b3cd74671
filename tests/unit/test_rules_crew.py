"""project.workers-missing: a registered project without a worker list, or with fewer than it planned."""

from typing import Any

import pytest

from shared.events import Event
from tests.unit.building import (
    FIRM,
    LAW,
    OTHER,
    PROJECT,
    award,
    cancelled,
    completed,
    day,
    enrolled,
    examination,
    findings,
    in_ejakon,
    unregistered,
)
from tests.unit.watching import end_of

CODE = "project.workers-missing"


def spk(planned: int | None, **told: Any) -> Event:
    return award("2025-03-20", contract_on="2025-03-20", workers_planned=planned, **told)


def crew(number: int, on: str = "2025-03-24", **told: Any) -> list[Event]:
    return [enrolled(one, on, project=PROJECT, segment="jakon", **told) for one in range(1, number + 1)]


EJAKON = in_ejakon("2025-03-24", "2025-03-24")
LISTED = in_ejakon("2025-03-24", "2025-03-24", 3)

# facts, day, since, how many
RAISED = [
    pytest.param([spk(3), EJAKON], "2025-03-24", "2025-03-24", 3, id="on the day it registers, nobody"),
    pytest.param([spk(3), EJAKON, *crew(2)], "2025-03-24", "2025-03-24", 1, id="one is missing"),
    pytest.param([spk(3), LISTED, *crew(2)], "2025-03-24", "2025-03-24", 1, id="listed is not enrolled"),
    pytest.param(
        [spk(3), EJAKON, *crew(3, "2025-04-08")], "2025-03-27", "2025-03-24", 3, id="before they come"
    ),
    pytest.param(
        [spk(3), EJAKON, *crew(3), unregistered(1, "2025-05-05", project=PROJECT)],
        "2025-06-02",
        "2025-05-05",
        1,
        id="one left",
    ),
    pytest.param(
        [spk(3), EJAKON, *crew(3, covered_until="2025-05-04")],
        "2025-05-05",
        "2025-05-05",
        3,
        id="cover ran out",
    ),
    pytest.param(
        [spk(2), EJAKON, *crew(2), award("2025-05-05", workers_planned=3)],
        "2025-06-02",
        "2025-05-05",
        1,
        id="more were planned since",
    ),
    pytest.param([spk(None), EJAKON], "2025-03-24", "2025-03-24", None, id="no plan, no list, nobody"),
    pytest.param(
        [spk(None), in_ejakon("2025-03-24", "2025-03-24", 0)],
        "2025-03-24",
        "2025-03-24",
        None,
        id="an empty list",
    ),
    pytest.param(
        [spk(3, kind="construction-consultancy"), EJAKON], "2025-03-24", "2025-03-24", 3, id="consultancy"
    ),
    pytest.param(
        [spk(3), EJAKON, *crew(2), enrolled(9, "2025-03-24")],
        "2025-03-24",
        "2025-03-24",
        1,
        id="staff is no crew",
    ),
    pytest.param(
        [spk(3), EJAKON, completed("2025-03-24", "2025-03-26")],
        "2025-03-25",
        "2025-03-24",
        3,
        id="completes later",
    ),
    pytest.param(
        [spk(3), EJAKON, *crew(2), enrolled(2, "2025-03-24", project=PROJECT, employer=OTHER)],
        "2025-03-24",
        "2025-03-24",
        1,
        id="one enrolled twice",
    ),
]

NOT_RAISED = [
    pytest.param([spk(3), EJAKON], "2025-03-23", id="a day before it registers"),
    pytest.param([spk(3), EJAKON, *crew(3)], "2025-03-24", id="all are enrolled"),
    pytest.param([spk(3), EJAKON, *crew(4)], "2025-03-24", id="more than planned"),
    pytest.param([spk(3), EJAKON, *crew(3, "2025-04-08")], "2025-04-08", id="they came today"),
    pytest.param([spk(0), EJAKON], "2025-03-24", id="nobody is planned"),
    pytest.param([spk(3)], "2025-06-02", id="not registered: another flag says so"),
    pytest.param([spk(3), EJAKON, completed("2025-03-25", "2025-03-25")], "2025-03-25", id="completed"),
    pytest.param([spk(3), EJAKON, cancelled("2025-03-25", "2025-03-25")], "2025-03-25", id="cancelled"),
    pytest.param([spk(3, kind="goods"), EJAKON], "2025-03-24", id="goods"),
    pytest.param([spk(3, kind="community"), EJAKON], "2025-03-24", id="community"),
]

PLAN = "workers_planned is unknown"
UNDECIDED = [
    pytest.param([spk(None), EJAKON, *crew(1)], PLAN, id="no plan, somebody is enrolled"),
    pytest.param([spk(None), LISTED], PLAN, id="no plan, nobody is enrolled, a list was handed in"),
    pytest.param([EJAKON, *crew(1)], "kind is unknown: no award was received", id="no award"),
]


@pytest.mark.parametrize(("facts", "on", "since", "missing"), RAISED)
def test_raised(facts: list[Event], on: str, since: str, missing: int | None) -> None:
    found = findings(facts, on, PROJECT)[CODE]
    assert found.undecided is None
    assert (found.since, found.workers) == (day(since), missing)


@pytest.mark.parametrize(("facts", "on"), NOT_RAISED)
def test_not_raised(facts: list[Event], on: str) -> None:
    assert CODE not in findings(facts, on, PROJECT)


@pytest.mark.parametrize(("facts", "reason"), UNDECIDED)
def test_cannot_be_decided(facts: list[Event], reason: str) -> None:
    one = examination(facts, "2025-03-24", PROJECT, CODE)
    assert (one.outcome, one.undecided) == ("undecided", reason)


SHORT = [spk(3), EJAKON, *crew(2)]
LATER = [
    pytest.param([*SHORT, *crew(3, "2025-04-08")], "cleared", id="the third came"),
    pytest.param(
        [*SHORT, enrolled(3, "2025-03-24", "2025-04-08", project=PROJECT)], "withdrawn", id="was there"
    ),
    pytest.param([spk(2), *SHORT[1:]], "withdrawn", id="the plan was a mistake"),
    pytest.param([spk(None), *SHORT[1:]], "withdrawn", id="the plan was retracted"),
    pytest.param([spk(3), *crew(2)], "withdrawn", id="the registration was retracted"),
    pytest.param([*SHORT, completed("2025-04-08", "2025-04-08")], "cleared", id="completed"),
]


@pytest.mark.parametrize(("later", "end"), LATER)
def test_how_it_ends(later: list[Event], end: str) -> None:
    assert end_of(CODE, SHORT, "2025-03-24", later, "2025-04-08", PROJECT) == end


def test_it_proves_itself() -> None:
    found = findings(SHORT, "2025-04-08", PROJECT)[CODE]
    assert (found.due, found.uncovered_working_days) == (day("2025-04-11"), 5)
    assert [(e.name, e.value, e.id) for e in found.evidence] == [
        ("registered_on", "2025-03-24", EJAKON.id),
        ("workers_planned", "3", SHORT[0].id),
        ("enrolled", "2", None),
        ("project.change-working-days", "7", None),
    ]
    _, reason, _ = found.texts(LAW)
    assert "planned 3 workers, 2 are enrolled, since 24 March 2025" in reason.en
    assert FIRM not in findings(SHORT, "2025-04-08", PROJECT)
