"""A batch decoded in one step says the same as its members one by one, and takes nothing that they do not."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from patuh.schemas import FOLDER
from services.gateway.bulk import tell_all
from services.gateway.formats import NoBatchError, read
from services.gateway.privacy import Pseudonyms
from services.gateway.screening import admit
from shared.events import BadEvent, Event, types

BATCH = "application/cloudevents-batch+json"
DOOR = Pseudonyms("a key of tests, at least 32 characters long")
NOW = datetime(2025, 6, 1, tzinfo=UTC)
FACTS = sorted(kind.short for kind in types.FACTS.values())
EXAMPLES = {short: json.loads((FOLDER / "examples" / f"{short}.json").read_text()) for short in FACTS}


def admitted(member: Any) -> Event | tuple[str, str]:
    try:
        return admit(member, DOOR, NOW).event
    except BadEvent as error:
        return error.field, error.rule


def one_by_one(body: bytes) -> list[Event | tuple[str, str]]:
    return [admitted(member) for member in msgspec.json.decode(body, type=list[Raw])]


def test_every_type_is_taken_in_bulk_and_says_the_same() -> None:
    body = json.dumps(list(EXAMPLES.values())).encode()
    told = tell_all(body)
    assert told
    assert [admitted(member) for member in told] == one_by_one(body)
    assert [type(one) for one in map(admitted, told)] == [Event] * len(FACTS)


@pytest.mark.parametrize(
    "extension", ["partitionkey", "sequence", "traceparent", "tracestate", "causationid"]
)
def test_usual_extensions_are_taken_in_bulk(extension: str) -> None:
    for value, fits in (("x", True), (7, True), (False, True), (None, True), (1.5, False), ([], False)):
        body = json.dumps([EXAMPLES["employer.closed"] | {extension: value}]).encode()
        assert (tell_all(body) is not None) is fits


CHANGES = st.sampled_from(
    [
        {},
        {"time": None},
        {"subject": None},
        {"subject": ""},
        {"id": 7},
        {"id": "a\x00"},
        {"source": "not a uri"},
        {"specversion": "1"},
        {"type": "x"},
        {"datacontenttype": "application/json"},
        {"datacontenttype": "text/json; charset=utf-8"},
        {"datacontenttype": "text/plain"},
        {"dataschema": "https://a.example/schema"},
        {"dataschema": "relative"},
        {"data_base64": "e30="},
        {"myextension": "x"},
        {"Upper": "x"},
        {"data": None},
        {"data": {}},
        {"data": {"nik": "9972010101900001"}},
        {"correlationid": "9972010101900001"},
    ]
)


@given(st.lists(st.tuples(st.sampled_from(FACTS), CHANGES), max_size=4))
def test_a_batch_says_what_its_members_say(members: list[tuple[str, dict[str, Any]]]) -> None:
    body = json.dumps([EXAMPLES[short] | change for short, change in members]).encode()
    if len({change.get("specversion", "1.0") for _, change in members}) > 1:
        return
    found, batch = read(BATCH, {}, body)
    assert batch
    assert [admitted(member) for member in found] == one_by_one(body)


def test_a_batch_is_all_of_one_version() -> None:
    good = EXAMPLES["employer.closed"]
    for other in ("0.3", "1.1"):
        with pytest.raises(NoBatchError, match="one version") as refused:
            read(BATCH, {}, json.dumps([good, good | {"specversion": other}]).encode())
        assert refused.value.field == "specversion"
    members, _ = read(BATCH, {}, json.dumps([good, good | {"specversion": 1}, {}, 7]).encode())
    assert len(members) == 4


def test_data_beyond_every_measure_are_refused() -> None:
    short = "worker.registered"
    told = EXAMPLES[short] | {"data": EXAMPLES[short]["data"] | {"programmes": ["jkk"] * 100_000}}
    body = json.dumps([told]).encode()
    (bulky,) = tell_all(body) or []
    assert admitted(bulky) == one_by_one(body)[0] == ("data", "at most 500000 bytes")
