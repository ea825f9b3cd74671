"""What a key may say: sources, types, subjects, and of workers whose they are."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.grants import Grant
from services.gateway.scopes import BadGrant, Scope
from shared.events import Event, types
from shared.events import data as d

LPSE, OTHER = "https://lpse.example.id", "https://oss.example.id"
FIRM, RIVAL = "employer:0012345674405000", "employer:0012345682405000"
PROJECT, FOREIGN = "project:lkpp-405-tender-1", "project:lkpp-999-tender-1"
WORKER = f"worker:{'a' * 40}"
AT = datetime(2025, 9, 1, tzinfo=UTC)


def event(subject: str, data: d.Data, kind: types.EventType, source: str = LPSE) -> Event:
    return Event(kind, "1", source, subject, AT, data)


def completed(subject: str = PROJECT, source: str = LPSE) -> Event:
    return event(subject, d.ProjectCompleted(completed_on=AT.date()), types.PROJECT_COMPLETED, source)


def registered(**data: Any) -> Event:
    told: dict[str, Any] = {"segment": "pu", "programmes": ["jkk"], "effective_on": date(2025, 2, 14)} | data
    return event(WORKER, d.WorkerRegistered(**told), types.WORKER_REGISTERED)


def retracted(subject: str = PROJECT, source: str = LPSE) -> Event:
    data = d.FactRetracted(source=source, id="1", reason="x")
    return event(subject, data, types.FACT_RETRACTED)


@pytest.mark.parametrize(
    ("source", "may"),
    [(LPSE, True), (f"{LPSE}/below", True), (f"{LPSE}.evil", False), (LPSE[:-1], False), (OTHER, False)],
)
def test_a_source_and_what_is_below_it(source: str, may: bool) -> None:
    assert Scope([OTHER[:-1], LPSE]).speaks_for(source) is may
    assert Scope([f"{LPSE}/"]).speaks_for(f"{LPSE}/below")


@pytest.mark.parametrize(
    ("kinds", "outside"),
    [
        ([], None),
        (["id.patuh.project.*"], None),
        (["id.patuh.project.completed.v1"], None),
        (["id.patuh.worker.*", "id.patuh.*.completed.v1"], None),
        (["id.patuh.employer.*"], "type"),
        (["id.patuh.project.awarded.v1"], "type"),
    ],
)
def test_types_by_name_and_pattern(kinds: list[str], outside: str | None) -> None:
    assert Scope([LPSE], kinds).outside(completed()) == outside


@pytest.mark.parametrize(
    ("subjects", "outside"),
    [
        ([], None),
        (["project:*"], None),
        (["project:lkpp-405-*"], None),
        ([PROJECT], None),
        ([PROJECT[:-1]], "subject"),
        (["project:lkpp-999-*", "agency:1.03*"], "subject"),
    ],
)
def test_subjects_by_name_and_beginning(subjects: list[str], outside: str | None) -> None:
    assert Scope([LPSE], [], subjects).outside(completed()) == outside


@pytest.mark.parametrize(
    ("subjects", "data", "outside"),
    [
        (["agency:1.03*"], {"employer": "agency:1.03.7"}, None),
        (["agency:1.03*"], {"employer": FIRM}, "data.employer"),
        (["agency:1.03*", "worker:*"], {"employer": FIRM}, "data.employer"),
        (["project:lkpp-405-*"], {"project": PROJECT}, None),
        (["project:lkpp-405-*"], {"project": FOREIGN}, "data.project"),
        (["project:lkpp-405-*"], {"project": PROJECT, "employer": FIRM}, "data.employer"),
        (["project:lkpp-405-*", "employer:*"], {"project": PROJECT, "employer": FIRM}, None),
        (["project:lkpp-405-*", "employer:*"], {"project": FOREIGN, "employer": FIRM}, "data.project"),
        (["employer:*"], {}, "subject"),
        (["worker:*"], {}, None),
        ([], {"project": FOREIGN, "employer": FIRM}, None),
    ],
)
def test_a_worker_is_whose_employer_and_project_are(
    subjects: list[str], data: dict[str, str], outside: str | None
) -> None:
    assert Scope([LPSE], [], subjects).outside(registered(**data)) == outside


def test_every_event_of_a_worker_is_judged_so() -> None:
    scope = Scope([LPSE], [], ["agency:1.03*"])
    left = d.WorkerUnregistered(reason="x", effective_on=AT.date(), employer=FIRM)
    hurt = d.WorkerIncidentReported(kind="death", occurred_on=AT.date(), employer=FIRM)
    moved = d.WorkerUpdated(segment="pu", programmes=["jkk"], effective_on=AT.date(), employer=FIRM)
    told = [(left, types.WORKER_UNREGISTERED), (hurt, types.WORKER_INCIDENT), (moved, types.WORKER_UPDATED)]
    assert [scope.outside(event(WORKER, *one)) for one in told] == ["data.employer"] * 3


def test_the_numbers_of_an_employer_may_not_name_another() -> None:
    scope = Scope([LPSE], [], [FIRM])
    cases: tuple[tuple[dict[str, Any], str | None], ...] = (
        ({"npwp": "0012345674405000"}, None),
        ({"npwp": "0012345682405000"}, "data.npwp"),
        ({"nib": "1234567890123"}, "data.nib"),
        ({"npp": "JJ123456"}, "data.npp"),
    )
    for said, outside in cases:
        told = event(FIRM, d.EmployerUpdated(**said), types.EMPLOYER_UPDATED)
        assert scope.outside(told) == outside
        assert Scope([LPSE], [], ["employer:*"]).outside(told) is None


def test_a_retraction_is_of_its_own_source_and_of_a_fact_about_its_own() -> None:
    scope = Scope([LPSE], [], ["project:lkpp-405-*"])
    assert scope.outside(retracted()) is None
    assert scope.outside(retracted(source=OTHER)) == "data.source"
    assert scope.outside(retracted(FOREIGN)) == "subject"
    assert scope.outside(retracted(WORKER)) is None  # the fact itself says whose the worker is
    assert [scope.may_take_back(key) for key in (PROJECT, FOREIGN, FIRM, None)] == [True, False, False, False]
    assert Scope([LPSE]).may_take_back(None)


@given(st.text(max_size=30), st.text(max_size=30))
def test_nothing_is_covered_that_does_not_begin_so(beginning: str, subject: str) -> None:
    scope = Scope([LPSE], [], [f"agency:{beginning}*"])
    assert scope.covers(f"agency:{subject}") is subject.startswith(beginning)
    assert not scope.covers(f"group:{subject}")


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"agency": " "}, "agency"),
        ({"sources": []}, "source"),
        ({"sources": [""]}, "source"),
        ({"types": ["id.patuh.flag.*"]}, "type"),
        ({"types": ["project.awarded"]}, "type"),
        ({"subjects": ["lkpp-405-*"]}, "subject"),
        ({"subjects": ["project:*-405"]}, "subject"),
        ({"subjects": ["*"]}, "subject"),
        ({"subjects": [f"worker:{'9972010101900001'}"]}, "subject"),
        ({"rate": "often"}, "rate"),
        ({"rate": "0/second"}, "rate"),
        ({"daily": 0}, "daily"),
        ({"oauth_client": ""}, "oauth-client"),
    ],
)
def test_a_limit_that_makes_no_sense_is_named(changed: dict[str, Any], named: str) -> None:
    good: dict[str, Any] = {"agency": "LPSE", "sources": [LPSE], "rate": "5/second;100/minute", "daily": 1}
    Grant(**good).check()
    with pytest.raises(BadGrant, match=f"^{named}: "):
        Grant(**good | changed).check()
