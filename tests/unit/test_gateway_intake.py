"""CloudEvents over HTTP before their data are looked at: modes, formats, attributes."""

import json
from typing import Any

import pytest
from msgspec import Raw
from starlette.datastructures import Headers

from services.gateway.formats import Member, NoBatchError, UnknownFormatError, read
from services.gateway.intake import RawEvent, name_in, open_member
from shared.events import BadEvent

BATCH, STRUCTURED = "application/cloudevents-batch+json", "application/cloudevents+json"
MINIMAL = {"specversion": "1.0", "id": "1", "source": "urn:a", "type": "t", "data": {"a": 1}}
DEEP = b'{"specversion":"1.0","id":"1","source":"s","type":"t","data":' + b"[" * 100_000


def opened(member: Member) -> RawEvent:
    assert isinstance(member, Raw | RawEvent)
    return open_member(member)


def one(told: dict[str, Any], content_type: str = STRUCTURED) -> RawEvent:
    members, batch = read(content_type, {}, json.dumps(told).encode())
    assert not batch
    return opened(members[0])


def from_headers(body: bytes = b"{}", content_type: str = "application/json", **attributes: str) -> RawEvent:
    said = {"id": "1", "source": "urn:a", "type": "t", "specversion": "1.0"} | attributes
    members, _ = read(content_type, {f"ce-{name}": value for name, value in said.items()}, body)
    return opened(members[0])


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
            opened(broken)
    assert opened(members[3]).id == "1"
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
        ("source", "https://a b"),
        ("source", "1a:b"),
        ("dataschema", "not/absolute"),
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


def test_a_header_that_is_sent_twice_is_refused() -> None:
    said = [("ce-id", "1"), ("ce-source", "urn:a"), ("ce-type", "t"), ("ce-specversion", "1.0")]
    for twice in (("ce-id", "1"), ("CE-ID", "2")):
        with pytest.raises(BadEvent, match="once") as refused:
            read("application/json", Headers(raw=raw([*said, twice])), b"{}")
        assert refused.value.field == "ce-id"


def raw(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]


@pytest.mark.parametrize(("sent", "meant"), [(b"d\xc3\xa9j\xc3\xa0", "d\xe9j\xe0"), (b"d\xe9j\xe0", None)])
def test_raw_bytes_in_a_header_are_utf_8_or_refused(sent: bytes, meant: str | None) -> None:
    if meant:
        assert from_headers(subject=sent.decode("latin-1")).subject == meant
        return
    with pytest.raises(BadEvent, match="UTF-8"):
        from_headers(subject=sent.decode("latin-1"))


@pytest.mark.parametrize("mode", [STRUCTURED, BATCH, "application/json"])
@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", '"UTF-32"'])
def test_json_in_another_character_set_is_not_read(mode: str, charset: str) -> None:
    with pytest.raises(UnknownFormatError, match="UTF-8"):
        read(f"{mode}; charset={charset}", {}, b"[]")


def test_the_content_type_of_a_binary_event_is_that_of_its_data() -> None:
    said = "application/json; charset=utf-8"
    assert from_headers(content_type=said).datacontenttype == said


@pytest.mark.parametrize(
    "absent", ["subject", "time", "datacontenttype", "dataschema", "correlationid", "sequence"]
)
def test_a_null_is_an_absence(absent: str) -> None:
    assert one(MINIMAL | {absent: None}) == one(MINIMAL)


def test_a_binary_event_without_a_body_has_no_data() -> None:
    with pytest.raises(BadEvent, match="required"):
        from_headers(b"").payload()


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
        opened(members[0])


def test_a_long_name_is_cut_in_the_answer() -> None:
    assert name_in(Raw(json.dumps({"id": "x" * 5000}).encode())) == "x" * 300


def test_a_time_that_is_not_sent_is_never_invented() -> None:
    with pytest.raises(BadEvent, match="never invented"):
        one(MINIMAL).required_time()
