"""CloudEvents over HTTP before their data are looked at: modes, formats, attributes."""

import json
from typing import Any

import pytest
from msgspec import Raw

from services.gateway.intake import NoBatchError, RawEvent, UnknownFormatError, name_in, open_member, read
from shared.events import BadEvent

BATCH, STRUCTURED = "application/cloudevents-batch+json", "application/cloudevents+json"
MINIMAL = {"specversion": "1.0", "id": "1", "source": "urn:a", "type": "t", "data": {"a": 1}}
DEEP = b'{"specversion":"1.0","id":"1","source":"s","type":"t","data":' + b"[" * 100_000


def one(told: dict[str, Any], content_type: str = STRUCTURED) -> RawEvent:
    members, batch = read(content_type, {}, json.dumps(told).encode())
    assert not batch
    return open_member(members[0])


def from_headers(body: bytes = b"{}", content_type: str = "application/json", **attributes: str) -> RawEvent:
    said = {"id": "1", "source": "urn:a", "type": "t", "specversion": "1.0"} | attributes
    members, _ = read(content_type, {f"ce-{name}": value for name, value in said.items()}, body)
    return open_member(members[0])


@pytest.mark.parametrize(
    "content_type", [STRUCTURED, "Application/CloudEvents+JSON", STRUCTURED + "; charset=UTF-8"]
)
def test_a_structured_event(content_type: str) -> None:
    event = one(MINIMAL, content_type)
    assert (event.id, event.source, event.payload()) == ("1", "urn:a", b'{"a": 1}')


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/json", "application/vnd.bpjs.v1+json; a=b"]
)
def test_a_binary_event(content_type: str) -> None:
    event = from_headers(
        b'{"a": 1}', content_type, subject='"d%C3%A9j%c3%a0 50%25"', time="2025-01-01T00:00:00Z"
    )
    assert event.payload() == b'{"a": 1}'
    assert event.subject == "déjà 50%"
    assert event.required_time().isoformat() == "2025-01-01T00:00:00+00:00"


def test_a_batch_is_opened_member_by_member() -> None:
    body = b'[{"id": 5}, 7, {"id": "\xff"}, ' + json.dumps(MINIMAL).encode() + b"]"
    members, batch = read(BATCH, {}, body)
    assert batch
    assert [name_in(member) for member in members] == [None, None, None, "1"]
    for broken in members[:3]:
        with pytest.raises(BadEvent):
            open_member(broken)
    assert open_member(members[3]).id == "1"
    assert read(BATCH, {}, b" [] ") == ([], True)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/xml",
        "application/cloudevents+xml",
        "application/cloudevents-batch+avro",
        "json",
    ],
)
def test_a_format_that_is_not_read_here(content_type: str) -> None:
    with pytest.raises(UnknownFormatError):
        read(content_type, {}, b"{}")


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[", b'[{"id": 1]', b"[1, 2", b"null", b"[" * 100_000, b"\xff"]
)
def test_a_body_that_is_no_batch(body: bytes) -> None:
    with pytest.raises(NoBatchError):
        read(BATCH, {}, body)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("specversion", "0.3"),
        ("id", ""),
        ("id", None),
        ("id", 25),
        ("id", "a\x00"),
        ("id", "x" * 301),
        ("source", ""),
        ("source", "\x00"),
        ("type", ""),
        ("time", "2025-02-30T00:00:00Z"),
        ("time", "2025-01-01T00:00:00"),
        ("time", 1700000000),
        ("datacontenttype", "plain"),
        ("datacontenttype", ""),
        ("dataschema", ""),
        ("Upper", "x"),
        ("with-dash", "x"),
        ("half", 1.5),
        ("big", 2**31),
        ("deep", {"a": 1}),
        ("subject", 7),
    ],
)
def test_a_wrong_attribute_is_named(attribute: str, value: Any) -> None:
    with pytest.raises(BadEvent) as refused:
        one(MINIMAL | {attribute: value})
    assert refused.value.field == attribute


@pytest.mark.parametrize(
    ("attribute", "value", "field"),
    [
        ("id", "%C0%A0", "ce-id"),
        ("source", "%ff", "ce-source"),
        ("time", "1700000000", "time"),
        ("specversion", "1", "specversion"),
        ("datacontenttype", "application/json", "ce-datacontenttype"),
    ],
)
def test_a_wrong_header_is_named(attribute: str, value: str, field: str) -> None:
    with pytest.raises(BadEvent) as refused:
        from_headers(b"{}", "application/json", **{attribute: value})
    assert refused.value.field == field


def test_data_in_base64_are_read_and_exclude_other_data() -> None:
    event = {name: value for name, value in MINIMAL.items() if name != "data"}
    assert one(event | {"data_base64": "eyJhIjogMX0="}).payload() == b'{"a": 1}'
    for wrong, field in (
        (MINIMAL | {"data_base64": "e30="}, "data"),
        (event | {"data_base64": "*"}, "data_base64"),
    ):
        with pytest.raises(BadEvent) as refused:
            one(wrong).payload()
        assert refused.value.field == field
    with pytest.raises(BadEvent, match="required"):
        one(event).payload()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[]", b'"x"', DEEP, b'{"id": "\xff"}', b'{"id": "\\ud800"}']
)
def test_a_member_that_is_no_event(body: bytes) -> None:
    members, _ = read(STRUCTURED, {}, body)
    assert name_in(members[0]) is None
    with pytest.raises(BadEvent):
        open_member(members[0])


def test_a_long_name_is_cut_in_the_answer() -> None:
    assert name_in(Raw(json.dumps({"id": "x" * 5000}).encode())) == "x" * 300


def test_a_time_that_is_not_sent_is_never_invented() -> None:
    with pytest.raises(BadEvent, match="never invented"):
        one(MINIMAL).required_time()
