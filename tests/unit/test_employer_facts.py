"""Which fact wins: per field the greatest (time, source, id) that gives a value, as of a day."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from services.employer.facts import EmployerFacts, ProjectFacts
from shared.events import Event, types
from shared.events import data as d
from tests.unit.building import (
    FIRM,
    PROJECT,
    amended,
    award,
    day,
    declared,
    fact,
    registered,
    started,
    updated,
)

LATER = date(2025, 12, 1)


def value_of(facts: list[Event], name: str, on: date = LATER) -> Any:
    known = EmployerFacts(FIRM, facts).known(name, on)
    return known.value if known else None


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    [
        ("name", ["CV Lama", "CV Baru"], "CV Baru"),
        ("workforce", [12, None], 12),
        ("workforce", [12, 0], 0),
        ("npp", ["AB123456", None], "AB123456"),
        ("region", ["32.72.02", None], "32.72.02"),
        ("size", ["small", "unknown"], "small"),
        ("size", ["unknown", "medium"], "medium"),
        ("size", ["unknown", "unknown"], None),
        ("programmes", [["jkk"], []], []),
    ],
)
def test_the_latest_value_wins_and_no_value_never_overwrites(
    name: str, said: list[Any], expected: Any
) -> None:
    facts = [updated(f"2025-0{month}-03", **{name: value}) for month, value in enumerate(said, 1)]
    assert value_of(facts, name) == expected
    assert value_of(facts[::-1], name) == expected


def _sized(source: str, event_id: str, size: d.Size) -> Event:
    data = d.EmployerUpdated(size=size)
    return fact(types.EMPLOYER_UPDATED, FIRM, data, "2025-01-06", source=source, id=event_id)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_of_facts_at_one_time_the_greater_source_wins_then_the_greater_id(order: tuple[int, ...]) -> None:
    facts = [_sized("urn:a", "9", "micro"), _sized("urn:b", "1", "small"), _sized("urn:b", "2", "large")]
    assert value_of([facts[i] for i in order], "size") == "large"


def test_as_of_a_day_only_what_was_said_by_then_competes() -> None:
    facts = [updated("2025-02-03", workforce=8), updated("2025-03-03", workforce=9)]
    assert value_of(facts, "workforce", day("2025-03-02")) == 8
    assert value_of(facts, "workforce", day("2025-03-03")) == 9


def test_what_was_first_said_later_was_so_before() -> None:
    facts = [updated("2025-02-03", workforce=8), updated("2025-03-03", workforce=9)]
    assert value_of(facts, "workforce", day("2025-01-06")) == 8


@pytest.mark.parametrize(
    ("on", "expected"), [("2025-02-28", 8), ("2025-03-01", 20), ("2025-05-31", 20), ("2025-06-01", 30)]
)
def test_a_head_count_counts_from_the_day_it_is_declared_for(on: str, expected: int) -> None:
    facts = [
        registered("2025-01-06", workforce=8),
        declared("2025-02-03", 20, as_of="2025-03-01"),
        declared("2025-02-04", 30, as_of="2025-06-01"),
    ]
    known = EmployerFacts(FIRM, facts).workforce(day(on))
    assert known is not None
    assert known.value == expected


# profile facts, and the first day of membership with the day before it
NOBODY = registered("2025-01-06")
NUMBER = updated("2025-02-03", npp="AB123456")
MEMBERSHIPS = [
    pytest.param([registered("2025-02-03", npp="AB123456")], "2025-02-03", True, id="number from the first"),
    pytest.param(
        [NOBODY, NUMBER], "2025-02-03", False, id="number later",
    ),
    pytest.param(
        [NOBODY, NUMBER, updated("2025-03-03", npp="AB999999")],
        "2025-02-03", False, id="the first number counts",
    ),
    pytest.param([registered("2025-01-06", member_since="2025-03-03")], "2025-03-03", False, id="dated"),
    pytest.param(
        [registered("2025-01-06", npp="AB123456"), updated("2025-02-03", member_since="2025-03-03")],
        "2025-03-03", False, id="a date says more than a number",
    ),
    pytest.param(
        [updated("2025-01-06", member_since="2025-03-03"), updated("2025-04-01", member_since="2025-02-03")],
        "2025-02-03", False, id="the date was put right",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "since", "before"), MEMBERSHIPS)
def test_membership(facts: list[Event], since: str, before: bool) -> None:
    for told in permutations(facts):
        employer = EmployerFacts(FIRM, list(told))
        first = employer.member_since(day(since))
        assert first is not None
        assert first.value == day(since)
        assert (employer.member_since(date(2025, 1, 31)) is not None) is before


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([], 100, id="none"),
        pytest.param([amended("2025-04-01", 1, value_idr=200)], 200, id="one"),
        pytest.param(
            [amended("2025-05-01", 1, value_idr=200), amended("2025-04-01", 2, value_idr=300)],
            300,
            id="the highest addendum, though told first",
        ),
        pytest.param(
            [amended("2025-04-01", 2, value_idr=300), amended("2025-05-01", 2, value_idr=400)],
            400,
            id="one addendum told twice",
        ),
        pytest.param(
            [
                amended("2025-04-01", 2, value_idr=300, source="urn:b", id="1"),
                amended("2025-04-01", 2, value_idr=400, source="urn:b", id="2"),
                amended("2025-04-01", 2, value_idr=500, source="urn:a", id="3"),
            ],
            400,
            id="a tie goes to the source, then to the id",
        ),
        pytest.param(
            [amended("2025-04-01", 1, value_idr=200), amended("2025-05-01", 2, end_on="2025-09-30")],
            200,
            id="null in a higher addendum",
        ),
        pytest.param(
            [amended("2025-04-01", 1, value_idr=200), award("2025-06-02", value_idr=150)],
            200,
            id="an award told again",
        ),
        pytest.param([amended("2026-01-01", 1, value_idr=200)], 100, id="not yet amended"),
    ],
)
def test_the_value_of_a_contract(facts: list[Event], expected: int) -> None:
    for told in permutations([award("2025-03-20", value_idr=100), *facts]):
        value = ProjectFacts(PROJECT, list(told)).value(LATER)
        assert value is not None
        assert value.value == expected


def test_the_end_of_a_contract_is_the_highest_addendums_else_the_latest_plan() -> None:
    facts = [
        award("2025-03-20", end_on="2025-06-30"),
        started("2025-04-01", "2025-04-01", end_on="2025-07-31"),
    ]
    project = ProjectFacts(PROJECT, facts)
    assert [project.end(day(on)).value for on in ("2025-03-31", "2025-04-01")] == [  # type: ignore[union-attr]
        date(2025, 6, 30),
        date(2025, 7, 31),
    ]
    extended = ProjectFacts(PROJECT, [*facts, amended("2025-05-02", 1, end_on="2025-09-30")])
    assert [extended.end(day(on)).value for on in ("2025-05-01", "2025-05-02")] == [  # type: ignore[union-attr]
        date(2025, 7, 31),
        date(2025, 9, 30),
    ]
