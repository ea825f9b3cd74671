"""Every answer the contract fixes for `POST /v1/events`, on real Kafka and PostgreSQL."""

import json
from itertools import count
from typing import Any

import pytest
from httpx import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import topics
from tests.service.gateway_stage import BATCH, SIPP, STRUCTURED, Agency, about_worker, agency, completed
from tests.service.parts import Stream, kafka, stream

__all__ = ["agency", "kafka", "stream"]

_numbers = count(1)
NIK = "9972010101900001"


def name() -> str:
    return f"answer-{next(_numbers)}"


def problem(answer: Response, status: int) -> list[dict[str, Any]]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status
    assert said["title"]
    assert said["detail"]
    rejected: list[dict[str, Any]] = said["rejected"]
    return rejected


def counts(answer: Response) -> tuple[int, int, int]:
    assert answer.status_code == 202
    assert answer.headers["content-type"] == "application/json"
    said = answer.json()
    return said["accepted"], said["duplicates"], len(said["rejected"])


async def test_one_event_in_structured_mode(agency: Agency) -> None:
    assert counts(await agency.send(completed(name()))) == (1, 0, 0)


async def test_one_event_in_binary_mode(agency: Agency, stream: Stream) -> None:
    event = completed(name())
    data = json.dumps(event.pop("data")).encode()
    headers = {f"ce-{attribute}": value for attribute, value in event.items()}
    assert counts(await agency.post(data, "application/json", **headers)) == (1, 0, 0)
    assert counts(await agency.post(data, "application/json; charset=utf-8", **headers)) == (0, 1, 0)
    assert counts(await agency.send(event | {"data": json.loads(data)})) == (0, 1, 0)
    assert await stream.count(topics.PROJECTS) == 1


async def test_a_batch_is_taken_member_by_member(agency: Agency) -> None:
    old = completed(name())
    await agency.send(old)
    new = completed(name())
    members = [
        new,
        old,
        new,
        completed(name(), "2025-02-30"),
        "not an object",
        completed(old["id"], "2025-09-02"),
        completed(name(), source="https://oss.example.id"),
        completed(name()),
    ]
    answer = await agency.batch(members)
    assert counts(answer) == (2, 2, 4)
    found = [(one["index"], one["id"], one["field"]) for one in answer.json()["rejected"]]
    assert found == [
        (3, members[3]["id"], "data.completed_on"),  # type: ignore[index]
        (4, None, "event"),
        (5, old["id"], "id"),
        (6, members[6]["id"], "source"),  # type: ignore[index]
    ]


async def test_an_empty_batch_is_a_batch(agency: Agency) -> None:
    assert counts(await agency.batch([])) == (0, 0, 0)


async def test_the_same_again_is_a_duplicate_and_published_once(agency: Agency, stream: Stream) -> None:
    events = [completed(name()) for _ in range(3)]
    assert counts(await agency.batch([*events, events[0]])) == (3, 1, 0)
    assert counts(await agency.batch(events)) == (0, 3, 0)
    assert counts(await agency.send(events[1])) == (0, 1, 0)
    assert await stream.count(topics.PROJECTS) == 3


async def test_nothing_taken_is_400_with_the_list(agency: Agency) -> None:
    rejected = problem(await agency.batch([completed(name(), "tomorrow"), {"id": "x"}]), 400)
    assert [(one["index"], one["field"]) for one in rejected] == [(0, "data.completed_on"), (1, "event")]
    assert all(set(one) == {"index", "id", "field", "rule"} for one in rejected)


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[", b'[{"id": 1]', b"\xff\xfe", b"[" * 20_000])
async def test_a_body_that_is_no_batch_is_400(agency: Agency, body: bytes) -> None:
    assert problem(await agency.post(body, BATCH), 400)[0]["field"] == "body"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"id": "\xff"}', b'{"id":' + b"[" * 20_000])
async def test_a_body_that_is_no_event_is_400(agency: Agency, body: bytes) -> None:
    assert problem(await agency.post(body, STRUCTURED), 400)[0]["field"] in ("event", "id")


async def test_nesting_without_end_is_400_in_every_mode(agency: Agency) -> None:
    text = json.dumps(completed(name(), data="HERE")).replace('"HERE"', "[" * 9_000 + "]" * 9_000).encode()
    assert problem(await agency.post(text, STRUCTURED), 400)
    assert problem(await agency.post(b"[" + text + b"]", BATCH), 400)
    event = completed(name())
    headers = {f"ce-{attribute}": value for attribute, value in event.items() if attribute != "data"}
    rejected = problem(await agency.post(b'{"a":' * 9_000, "application/json", **headers), 400)
    assert rejected[0]["field"] == "data"


async def test_a_member_that_is_not_utf_8_does_not_touch_its_neighbours(agency: Agency) -> None:
    good = json.dumps(completed(name())).encode()
    assert counts(await agency.post(b"[" + good + b', {"id": "\xff"}]', BATCH)) == (1, 0, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"completed_on": "2025-02-30"}},
        {"data": {"completed_on": 7}},
        {"data": {"completed_on": "2025-09-01", "note": "x"}},
        {"data": None},
        {"time": None},
        {"time": "2025-09-01T09:00:00"},
        {"subject": None},
        {"subject": f"project:p-{NIK}"},
        {"type": "id.patuh.project.finished.v1"},
        {"type": "id.patuh.coverage.changed.v1"},
        {"specversion": "0.3"},
        {"datacontenttype": "application/xml"},
        {"id": f"a-{NIK}"},
        {"id": ""},
    ],
)
async def test_a_wrong_event_is_400_and_named(agency: Agency, change: dict[str, Any], stream: Stream) -> None:
    (rejected,) = problem(await agency.send(completed(name()) | change), 400)
    assert rejected["field"].startswith(next(iter(change)))
    assert NIK not in rejected["rule"]
    assert await stream.count(topics.PROJECTS) == 0


@pytest.mark.parametrize(
    "key", ["", "patuh_x", "patuh_000000000000_00", "patuh_{id}_wrong", "other_{id}_{secret}"]
)
async def test_no_such_key_is_401(agency: Agency, key: str) -> None:
    _, known, secret = agency.key.split("_")
    stranger = Agency(agency.client, key.format(id=known, secret=secret))
    answer = await stranger.send(completed(name()))
    assert problem(answer, 401) == []
    assert answer.headers["www-authenticate"] == "Bearer"
    bare = await agency.client.post(
        "/v1/events", content=b"{}", headers={"authorization": f"Basic {agency.key}"}
    )
    assert problem(bare, 401) == []


async def test_everything_outside_the_scope_is_403(agency: Agency) -> None:
    foreign = [completed(name(), source="https://oss.example.id") for _ in range(2)]
    assert len(problem(await agency.batch(foreign), 403)) == 2
    retraction = {"source": "https://oss.example.id", "id": "1", "reason": "x"}
    event = completed(name(), type="id.patuh.fact.retracted.v1", data=retraction)
    assert problem(await agency.send(event), 403)[0]["field"] == "data.source"
    assert len(problem(await agency.batch([*foreign, {}]), 400)) == 3


async def test_the_same_name_for_something_else_is_409(agency: Agency, stream: Stream) -> None:
    event = completed(name())
    await agency.send(event)
    (rejected,) = problem(await agency.send(completed(event["id"], "2025-09-02")), 409)
    assert (rejected["id"], rejected["field"]) == (event["id"], "id")
    assert counts(await agency.send(completed(event["id"], source=event["source"] + "/below"))) == (1, 0, 0)
    assert await stream.count(topics.PROJECTS) == 2


async def test_too_much_is_413(agency: Agency) -> None:
    assert problem(await agency.post(b" " * 60_001, STRUCTURED), 413) == []
    assert problem(await agency.batch([completed(name())] * 51), 413) == []
    assert counts(await agency.batch([completed(name())] * 50)) == (1, 49, 0)


@pytest.mark.parametrize("said", ["", "text/plain", "application/xml", "application/cloudevents+avro"])
async def test_an_unknown_format_is_415(agency: Agency, said: str) -> None:
    assert problem(await agency.post(json.dumps(completed(name())).encode(), said), 415) == []


KINDS = st.lists(
    st.sampled_from(["new", "again", "old", "conflict", "broken", "foreign", "junk"]), max_size=40
)


def member(kind: str, old: dict[str, Any], last: list[dict[str, Any]]) -> Any:
    if kind == "new" or (kind == "again" and not last):
        last.append(completed(name()))
    return {
        "new": last[-1] if last else None,
        "again": last[-1] if last else None,
        "old": old,
        "conflict": old | {"data": {"completed_on": "2024-01-01"}},
        "broken": completed(name(), "2025-02-30"),
        "foreign": completed(name(), source=f"{SIPP}.elsewhere"),
        "junk": 7,
    }[kind]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=KINDS)
async def test_the_counts_add_up_to_the_members(agency: Agency, stream: Stream, kinds: list[str]) -> None:
    before = await stream.count(topics.PROJECTS)
    old, last = completed("the old one"), list[dict[str, Any]]()
    existed = counts(await agency.send(old))[1]
    members = [member(kind, old, last) for kind in kinds]
    answer = await agency.batch(members)
    said = answer.json()
    bad = [index for index, kind in enumerate(kinds) if kind in ("conflict", "broken", "foreign", "junk")]
    assert [one["index"] for one in said["rejected"]] == bad
    taken = len(kinds) - len(bad)
    assert answer.status_code in ((202,) if taken or not kinds else (400, 403, 409))
    if answer.status_code == 202:
        assert said["accepted"] == len(last)
        assert said["accepted"] + said["duplicates"] == taken
    assert await stream.count(topics.PROJECTS) - before == len(last) + (1 - existed)


async def test_a_worker_named_twice_is_one_duplicate(agency: Agency) -> None:
    event = about_worker(name(), f"worker:{NIK}")
    assert counts(
        await agency.batch([event, event | {"subject": None, "data": event["data"] | {"nik": NIK}}])
    ) == (
        1,
        1,
        0,
    )
