"""An event read in one typed pass is the event, or the refusal, that reading it part by part gives."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.workload import Workload
from shared.events import BadEvent, Event, decode, encode
from shared.events.envelope import HEADERS, parse
from shared.events.whole import whole
from tests.unit.test_shared_envelope import EXAMPLES, INSTANTS, SAID, TEXTS, example

NAUGHTY = json.loads((Path(__file__).parent / "fixtures" / "naughty_strings.json").read_text())
SHORTS = st.sampled_from([path.stem for path in EXAMPLES])
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        "",
        "\x00",
        7,
        -1,
        1.5,
        True,
        [],
        {},
        ["jkk", "x"],
        "0001-01-01",
        "9999-12-31",
        "2025-02-30",
        "2.0",
    ]
)
VALUES = ODD | st.sampled_from(NAUGHTY) | st.text(max_size=5)
WORKER_TYPE = b'"type":"id.patuh.worker.registered.v1"'


def outcome(value: bytes, how: Any) -> Event | tuple[str, str]:
    try:
        event: Event = how(value)
    except BadEvent as refused:
        return (refused.field, refused.rule)
    return event


def by_parts(value: bytes) -> Event | tuple[str, str]:
    return outcome(value, parse)


def read(value: bytes) -> Event | tuple[str, str]:
    return outcome(value, lambda told: decode(told, HEADERS))


@pytest.mark.parametrize("short", [path.stem for path in EXAMPLES])
def test_every_example_is_read_in_one_pass(short: str) -> None:
    value = json.dumps(example(short)).encode()
    assert whole(value) == parse(value)


def test_what_we_write_is_read_in_one_pass() -> None:
    for event in Workload(300).worker_events():
        assert whole(encode(event)) == event


@given(SAID, TEXTS, TEXTS, INSTANTS, st.none() | TEXTS, st.none() | INSTANTS)
def test_any_event_that_we_write_is_the_same_both_ways(
    said: Any, name: str, source: str, time: Any, story: str | None, recorded: Any
) -> None:
    kind, subject, data = said
    value = encode(Event(kind, name, source, subject, time, data, story, recorded))
    assert read(value) == by_parts(value)


@given(st.data())
def test_one_wrong_value_anywhere_is_told_the_same_both_ways(data: st.DataObject) -> None:
    told = example(data.draw(SHORTS))
    part = data.draw(st.sampled_from([told, told["data"]]))
    names = st.sampled_from(sorted(part)) | st.sampled_from(["data_base64", "datacontenttype", "unknown"])
    for name in data.draw(st.lists(names, min_size=1, max_size=3)):
        if data.draw(st.booleans()):
            part.pop(name, None)
        else:
            part[name] = data.draw(VALUES)
    value = json.dumps(told).encode()
    assert read(value) == by_parts(value)


@pytest.mark.parametrize("field", ["id", "source", "subject", "type", "time", "correlationid"])
def test_naughty_attributes_are_told_the_same_both_ways(field: str) -> None:
    for text in NAUGHTY:
        value = json.dumps(example("worker.unregistered") | {field: text}).encode()
        assert read(value) == by_parts(value)


@pytest.mark.parametrize("field", ["reason", "employer", "project", "effective_on"])
def test_naughty_data_are_told_the_same_both_ways(field: str) -> None:
    told = example("worker.unregistered")
    for text in NAUGHTY:
        value = json.dumps(told | {"data": told["data"] | {field: text}}).encode()
        assert read(value) == by_parts(value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"{", b'{"type":"id.patuh.worker.unregistered.v1",'),
        (WORKER_TYPE, WORKER_TYPE + b',"type":"id.patuh.worker.unregistered.v1"'),
        (WORKER_TYPE, WORKER_TYPE + b',"subject":null'),
        (b'"data":{', b'"data":7,"data":{'),
        (b'"data":{', b'"data":{"reason":1},"data":{'),
        (b'"data":{', b'"data_base64":null,"data":{'),
        (b'"data":{', b'"data_base64":"e30=","data":{'),
        (b'"data":{', b'"data":{"more":"\xff",'),
        (b'"data":{', b'"data":{"more":"\\ud800",'),
        (b'"data":{', b'"data":{"wage_idr":' + b"9" * 400 + b","),
        (b'"data":{', b'"data":{"more":' + b"[" * 100_000),
        (b'"data":{', b'"data":{"more":' + b"[" * 200 + b"]" * 200 + b","),
        (b'"type"', b'"t\\u0079pe"'),
        (b'"id":"', b'"id":"\x00'),
        (b"}}", b"}} x"),
        (b"}}", b"}"),
        (b"}}", b"}}\n"),
    ],
)
def test_json_said_oddly_is_told_the_same_both_ways(old: bytes, new: bytes) -> None:
    value = json.dumps(example("worker.registered"), separators=(",", ":")).encode()
    assert old in value
    odd = value.replace(old, new, 1)
    assert read(odd) == by_parts(odd)


@given(st.binary(max_size=200))
def test_any_bytes_are_told_the_same_both_ways(value: bytes) -> None:
    assert read(value) == by_parts(value)
