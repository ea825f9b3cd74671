"""The sample city: the same every time, valid to the last event, as large as planned, no NIK astray."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import msgspec
import pytest

from patuh.city import CityPlan, city_events, write_city
from patuh.city.build import build_city
from patuh.city.numbers import nik, npwp
from patuh.city.stream import events_of
from shared.calendar import is_working_day
from shared.events import types
from shared.events.envelope import Envelope, from_envelope
from shared.identifiers import NIK_ANYWHERE, check_nib, check_nik, check_npp, normalise_npwp

TODAY = date(2025, 11, 28)
SMALL = CityPlan(seed=1, today=TODAY, scale=0.05)
FULL = CityPlan(seed=1, today=TODAY)
Event = dict[str, Any]


@pytest.fixture(scope="module")
def small() -> list[Event]:
    return list(city_events(SMALL))


@pytest.fixture(scope="module")
def totals() -> tuple[Counter[str], set[str], int]:
    """Events per type, distinct workers, and highest project value of the city at scale 1."""
    kinds: Counter[str] = Counter()
    workers = set()
    highest = 0
    for event in city_events(FULL):
        kinds[event["type"]] += 1
        if event["subject"].startswith("worker:"):
            workers.add(event["subject"])
        highest = max(highest, event["data"].get("value_idr", 0))
    return kinds, workers, highest


def test_same_plan_writes_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    written = write_city(SMALL, first)
    assert write_city(SMALL, second) == written == len(first.read_bytes().splitlines())
    assert first.read_bytes() == second.read_bytes()


def test_another_seed_is_another_city() -> None:
    assert next(city_events(SMALL)) != next(city_events(CityPlan(2, TODAY, 0.05)))


@pytest.mark.parametrize(("scale", "days"), [(0.0, 120), (float("nan"), 120), (1.0, 59)])
def test_impossible_plans_are_refused(scale: float, days: int) -> None:
    with pytest.raises(ValueError, match="between"):
        CityPlan(1, TODAY, scale, days)


def _as_the_gateway_publishes(event: Event) -> bytes:
    subject = event["subject"]
    if subject.startswith("worker:"):
        subject = f"worker:{'ab' * 20}"
    return msgspec.json.encode(event | {"subject": subject})


def test_every_event_is_valid(small: list[Event]) -> None:
    for event in small:
        decoded = from_envelope(msgspec.json.decode(_as_the_gateway_publishes(event), type=Envelope))
        fields = set(types.ALL[event["type"]].data.__struct_fields__)
        assert decoded.kind.name in types.FACTS
        assert set(event["data"]) <= fields


def test_ids_are_unique_in_their_source_and_tell_no_worker(small: list[Event]) -> None:
    assert len({(event["source"], event["id"]) for event in small}) == len(small)
    last: Counter[str] = Counter()
    for event in small:
        prefix, number = event["id"].split("-")
        last[prefix] += 1
        assert int(number) == last[prefix]


def test_time_is_in_order_in_office_hours_and_before_today(small: list[Event]) -> None:
    times = [datetime.fromisoformat(event["time"]) for event in small]
    assert times == sorted(times)
    assert all(is_working_day(time.date()) and 8 <= time.hour < 16 for time in times)
    assert times[-1].date() < TODAY
    assert {event["time"][-6:] for event in small} == {"+07:00"}


def test_a_nik_is_only_in_the_subject_of_a_worker(small: list[Event]) -> None:
    for event in small:
        kind, _, name = event["subject"].partition(":")
        rest = event | {"subject": ""} if kind == "worker" else event
        assert NIK_ANYWHERE.search(json.dumps(rest)) is None
        assert kind != "worker" or (event["type"].startswith("id.patuh.worker.") and check_nik(name))


def _check_employer(data: Event) -> None:
    checks: dict[str, Callable[[str], str]] = {"npwp": normalise_npwp, "nib": check_nib, "npp": check_npp}
    for name, check in checks.items():
        if name in data:
            assert check(data[name]) == data[name]


def test_employers_have_valid_numbers_of_their_own(small: list[Event]) -> None:
    founded = [event for event in small if event["type"] == types.EMPLOYER_REGISTERED.name]
    for event in small:
        if event["subject"].startswith("employer:"):
            _check_employer(event["data"])
    firms = [event for event in founded if event["subject"].startswith("employer:")]
    assert len(founded) - len(firms) == 7
    for name in ("npwp", "nib", "name"):
        assert len({event["data"][name] for event in firms}) == len(firms) == 104


def test_workers_have_a_nik_of_their_own_that_no_province_gives() -> None:
    niks = {check_nik(nik(1, number, TODAY)) for number in range(0, 200_000, 7)}
    assert len(niks) == len(range(0, 200_000, 7))
    assert all(number.startswith("99") for number in niks)


@pytest.mark.parametrize("seed", [0, 1, 999_999_937])
def test_an_npwp_has_its_check_digit(seed: int) -> None:
    found = {normalise_npwp(npwp(seed, number)) for number in range(3000)}
    assert len(found) == 3000


def test_what_is_about_an_employer_follows_its_founding(small: list[Event]) -> None:
    # Nobody founds a group of vulnerable workers, and an incident may happen to somebody nobody enrolled.
    known = {group.subject for group in build_city(SMALL).groups}
    for event in (e for e in small if e["type"] != types.WORKER_INCIDENT.name):
        known |= {event["subject"]} if event["type"].endswith((".registered.v1", ".awarded.v1")) else set()
        data = event["data"]
        named = [data.get("employer"), data.get("project"), *data.get("contractors", [])]
        assert {subject for subject in named if subject} <= known
        assert event["subject"] in known


def test_the_city_is_as_large_as_planned(totals: tuple[Counter[str], set[str], int]) -> None:
    kinds, workers, highest = totals
    assert kinds[types.EMPLOYER_REGISTERED.name] == 2004 + 7
    assert kinds[types.PROJECT_AWARDED.name] == 1000
    assert 97_000 <= sum(kinds.values()) <= 105_000
    assert 80_000 <= len(workers) <= 88_000
    assert highest <= 15_900_000_000
    assert set(kinds) == set(types.FACTS) - {types.FACT_RETRACTED.name}


def test_awards_are_as_in_the_sources() -> None:
    projects = build_city(FULL).projects
    grants = [project for project in projects if project.kind == "community"]
    works = [p for p in projects if p.method == "direct" and p.kind == "construction" and p.value_idr]
    lower, median, upper = quantiles([project.value_idr or 0 for project in works], n=4)
    assert len(grants) == 357
    assert {(p.method, p.value_idr, len(p.contractors)) for p in grants} == {("grant", 25_000_000, 0)}
    assert len([project for project in projects if project.method == "tender"]) == 50
    assert 74e6 < lower < 94e6
    assert 110e6 < median < 138e6
    assert 168e6 < upper < 188e6


def test_every_habit_is_met() -> None:
    city = build_city(FULL)
    assert len({employer.habit for employer in city.employers}) == 9
    assert len({project.habit for project in city.projects}) == 11
    assert len({project.payer for project in city.projects}) == 5
    assert any(len(project.contractors) == 2 for project in city.projects)
    assert any(project.cancelled_on for project in city.projects)


def test_a_built_city_tells_the_events_of_its_plan(small: list[Event]) -> None:
    assert list(events_of(build_city(SMALL))) == small
