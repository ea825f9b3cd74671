"""Coverage as steps over time: who is enrolled from which day on, in which programmes, until when."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from services.registry.enrolment import snapshots
from shared.events import Event, types
from shared.events import data as d
from shared.events.data import CoverageChanged
from tests.unit.building import (
    FIRM,
    NIB,
    OTHER,
    PROJECT,
    day,
    enrolled,
    fact,
    unregistered,
    worker,
)

DAY = timedelta(days=1)
Steps = list[tuple[str, int]]


def coverage(facts: list[Event], subject: str = FIRM) -> CoverageChanged:
    return snapshots(facts)[subject]


def steps(facts: list[Event], subject: str = FIRM) -> Steps:
    return [(step.on.isoformat(), step.enrolled) for step in coverage(facts, subject).steps]


def enrolled_on(facts: list[Event], on: date) -> int:
    return next((s.enrolled for s in reversed(coverage(facts).steps) if s.on <= on), 0)


def anew(number: int, on: str, said: str | None = None, **told: Any) -> Event:
    """A worker's enrolment said anew."""
    old = enrolled(number, on, said, **told)
    assert isinstance(old.data, d.WorkerRegistered)
    fields = {name: getattr(old.data, name) for name in old.data.__struct_fields__}
    return fact(types.WORKER_UPDATED, worker(number), d.WorkerUpdated(**fields), said or on)


TIME_LINES = [
    pytest.param([enrolled(1, "2025-03-03")], [("2025-03-03", 1)], id="from its effective day on"),
    pytest.param([enrolled(1, "2025-09-01", said="2025-03-03")], [("2025-09-01", 1)], id="told ahead"),
    pytest.param([enrolled(1, "2025-01-06", said="2025-03-03")], [("2025-01-06", 1)], id="told late"),
    pytest.param(
        [enrolled(1, "2025-03-03"), unregistered(1, "2025-04-08")],
        [("2025-03-03", 1), ("2025-04-08", 0)],
        id="unregistered: the first day without",
    ),
    pytest.param(
        [enrolled(1, "2025-03-03", covered_until="2025-04-07")],
        [("2025-03-03", 1), ("2025-04-08", 0)],
        id="covered_until: the last day with",
    ),
    pytest.param(
        [enrolled(1, "2025-03-03", covered_until="2025-03-03")],
        [("2025-03-03", 1), ("2025-03-04", 0)],
        id="covered for one day",
    ),
    pytest.param(
        [enrolled(1, "2025-03-03", covered_until="2025-06-30"), unregistered(1, "2025-04-08")],
        [("2025-03-03", 1), ("2025-04-08", 0)],
        id="unregistered before cover ran out",
    ),
    pytest.param(
        [enrolled(1, "2025-03-03", covered_until="2025-03-31"), unregistered(1, "2025-04-08")],
        [("2025-03-03", 1), ("2025-04-01", 0)],
        id="unregistered after cover ran out",
    ),
    pytest.param(
        [
            enrolled(1, "2025-03-03", covered_until="2025-03-31"),
            anew(1, "2025-04-01", covered_until="2025-04-30"),
        ],
        [("2025-03-03", 1), ("2025-05-01", 0)],
        id="prolonged without a gap",
    ),
    pytest.param(
        [enrolled(1, "2025-03-03"), unregistered(1, "2025-04-08"), enrolled(1, "2025-05-05")],
        [("2025-03-03", 1), ("2025-04-08", 0), ("2025-05-05", 1)],
        id="enrolled again",
    ),
    pytest.param([unregistered(1, "2025-04-08")], [], id="never enrolled"),
    pytest.param(
        [enrolled(1, "2025-03-03"), enrolled(2, "2025-03-03"), unregistered(2, "2025-04-08")],
        [("2025-03-03", 2), ("2025-04-08", 1)],
        id="two workers",
    ),
    pytest.param(
        [enrolled(1, "2025-03-03"), unregistered(1, "2025-04-08"), enrolled(2, "2025-04-08")],
        [("2025-03-03", 1)],
        id="one came as the other left",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "expected"), TIME_LINES)
def test_time_lines_in_every_order(facts: list[Event], expected: Steps) -> None:
    for order in permutations(facts):
        assert steps(list(order)) == expected


@pytest.mark.parametrize("later", ["time", "source", "id"])
def test_of_two_facts_for_the_same_day_the_later_one_stands_by_time_then_source_then_id(later: str) -> None:
    first = {"time": "2025-03-03", "source": "urn:a", "id": "1"}
    second = first | {"time": {"time": "2025-03-04"}, "source": {"source": "urn:b"}, "id": {"id": "2"}}[later]
    if later != "id":
        second["id"] = "0"
    coming = d.WorkerRegistered(
        segment="pu", programmes=["jkk"], effective_on=day("2025-03-03"), employer=FIRM
    )
    going = d.WorkerUnregistered(reason="left", effective_on=day("2025-03-03"), employer=FIRM)
    for last, expected in ((coming, [("2025-03-03", 1)]), (going, [])):
        earlier = going if last is coming else coming
        told = [_said(data, **at) for data, at in ((earlier, first), (last, second))]
        assert steps(told) == steps(told[::-1]) == expected


def _said(data: d.Data, time: str, source: str, id: str) -> Event:
    kind = types.WORKER_REGISTERED if isinstance(data, d.WorkerRegistered) else types.WORKER_UNREGISTERED
    return fact(kind, worker(1), data, time, source=source, id=id)


def test_the_boundary_days() -> None:
    facts = [enrolled(1, "2025-03-03", covered_until="2025-03-31"), enrolled(2, "2025-03-03")]
    facts.append(unregistered(2, "2025-05-05"))
    counts = {
        on: enrolled_on(facts, day(on)) for on in ("2025-03-02", "2025-03-03", "2025-03-31", "2025-04-01")
    }
    assert counts == {"2025-03-02": 0, "2025-03-03": 2, "2025-03-31": 2, "2025-04-01": 1}
    assert (enrolled_on(facts, day("2025-05-04")), enrolled_on(facts, day("2025-05-05"))) == (1, 0)


def test_programmes_are_counted_each() -> None:
    facts = [
        enrolled(1, "2025-03-03", programmes=["jkk", "jkm", "jht"]),
        enrolled(2, "2025-03-03", programmes=["jkk", "jkm", "jp", "jkp", "jkk"]),
        anew(1, "2025-04-08", programmes=["jkk", "jkm"]),
    ]
    first, second = coverage(facts).steps
    assert first == d.Step(day("2025-03-03"), 2, jkk=2, jkm=2, jht=1, jp=1, jkp=1)
    assert second == d.Step(day("2025-04-08"), 2, jkk=2, jkm=2, jht=0, jp=1, jkp=1)


def test_a_worker_under_two_members_of_a_kso_counts_once_with_the_programmes_of_both() -> None:
    told = {"project": PROJECT, "segment": "jakon"}
    facts = [
        enrolled(1, "2025-03-03", programmes=["jkk"], **told),
        enrolled(1, "2025-04-01", employer=OTHER, programmes=["jkk", "jkm"], **told),
        unregistered(1, "2025-05-05", project=PROJECT),
        unregistered(1, "2025-06-02", project=PROJECT, employer=OTHER),
    ]
    for order in permutations(facts):
        found = coverage(list(order), PROJECT)
        assert found.steps == [
            d.Step(day("2025-03-03"), 1, jkk=1),
            d.Step(day("2025-04-01"), 1, jkk=1, jkm=1),
            d.Step(day("2025-06-02"), 0),
        ]
        assert [(r.on, r.until) for r in found.removals] == [(day("2025-06-02"), None)]


def test_a_removal_lasts_until_she_is_covered_again() -> None:
    told = {"project": PROJECT}
    facts = [enrolled(1, "2025-03-03", **told), unregistered(1, "2025-04-08", **told)]
    facts += [enrolled(1, "2025-05-05", **told), unregistered(1, "2025-06-02", **told)]
    found = coverage(facts, PROJECT).removals
    assert [(r.worker, r.on, r.until, r.id) for r in found] == [
        (worker(1), day("2025-04-08"), day("2025-05-05"), facts[1].id),
        (worker(1), day("2025-06-02"), None, facts[3].id),
    ]


def test_removals_are_told_of_projects_only() -> None:
    assert coverage([enrolled(1, "2025-03-03"), unregistered(1, "2025-04-08")]).removals == []


def test_whose_cover_it_is() -> None:
    facts = [
        enrolled(1, "2025-03-03"),
        enrolled(2, "2025-03-03", employer=NIB),
        enrolled(3, "2025-03-03", project=PROJECT),
        enrolled(4, "2025-03-03", employer=None, segment="bpu"),
    ]
    assert snapshots(facts).keys() == {FIRM, NIB, PROJECT, worker(4)}
    assert all(len(snapshot.steps) == 1 for snapshot in snapshots(facts).values())


def _posted(period: str, amount: int, said: str) -> Event:
    data = d.ContributionPosted(period=period, amount_idr=amount, workers=2, posted_on=day(said))
    return fact(types.CONTRIBUTION_POSTED, FIRM, data, said)


def test_of_postings_for_one_period_the_latest_stands() -> None:
    facts = [_posted("2025-02", 100, "2025-03-10"), _posted("2025-02", 90, "2025-03-12")]
    facts.append(_posted("2025-01", 80, "2025-03-11"))
    for order in permutations(facts):
        postings = coverage(list(order)).postings
        assert [(p.period, p.amount_idr) for p in postings] == [("2025-01", 80), ("2025-02", 90)]
