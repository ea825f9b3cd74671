"""CloudEvents on Kafka: every event type in both modes, what is refused, and what makes a duplicate."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from patuh.schemas import FOLDER
from shared.events import BadEvent, Event, decode, digest, encode, parse, types
from shared.events import data as d
from shared.events.envelope import HEADERS, decode_data

REF = f"{'0123456789' * 4}"
EXAMPLES = sorted((FOLDER / "examples").glob("*.json"))
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)


def example(short: str) -> dict[str, Any]:
    """The example of an event type, as it may travel on Kafka."""
    told: dict[str, Any] = json.loads((FOLDER / "examples" / f"{short}.json").read_text())
    if short.startswith("worker."):
        told["subject"] = f"worker:{REF}"
    return told


def binary(told: dict[str, Any]) -> tuple[bytes, list[tuple[str, bytes | None]]]:
    attributes = {name: value for name, value in told.items() if name not in ("data", "datacontenttype")}
    headers: list[tuple[str, bytes | None]] = [(f"ce_{n}", str(v).encode()) for n, v in attributes.items()]
    return json.dumps(told["data"]).encode(), [*headers, ("content-type", b"application/json")]


def structured(told: dict[str, Any]) -> Event:
    return decode(json.dumps(told).encode(), HEADERS)


def refusal(value: bytes | None, headers: Any) -> BadEvent:
    with pytest.raises(BadEvent) as refused:
        decode(value, headers)
    return refused.value


def test_there_is_an_example_of_every_event_type() -> None:
    assert {path.stem for path in EXAMPLES} == {kind.short for kind in types.ALL.values()}


@pytest.mark.parametrize("short", [path.stem for path in EXAMPLES])
def test_both_modes_say_the_same(short: str) -> None:
    told = example(short)
    event = structured(told)
    assert (event.kind.short, event.id, event.source, event.subject) == (
        short,
        told["id"],
        told["source"],
        told["subject"],
    )
    assert event.time == datetime.fromisoformat(told["time"])
    assert decode(*binary(told)) == event
    assert decode(encode(event), HEADERS) == event


@pytest.mark.parametrize("short", [path.stem for path in EXAMPLES])
def test_consumers_ignore_what_they_do_not_know(short: str) -> None:
    told = example(short)
    more = told | {"traceparent": "00-1", "data": told["data"] | {"since_v9": {"a": [1, None]}}}
    assert structured(more) == structured(told)
    value, headers = binary(more)
    assert decode(value, [*headers, ("trace", b"\xff")]) == structured(told)


@pytest.mark.parametrize(
    "said", [b"Application/CloudEvents+JSON", b"application/cloudevents+json; charset=UTF-8"]
)
def test_a_media_type_has_no_case_and_may_have_parameters(said: bytes) -> None:
    value = json.dumps(example("employer.closed")).encode()
    assert decode(value, [("Content-Type", said)]).kind is types.EMPLOYER_CLOSED


@pytest.mark.parametrize("missing", ["specversion", "id", "source", "type", "subject", "time", "data"])
def test_a_missing_attribute_is_named_in_structured_mode(missing: str) -> None:
    told = example("worker.registered")
    del told[missing]
    assert missing in refusal(json.dumps(told).encode(), HEADERS).rule


@pytest.mark.parametrize("missing", ["specversion", "id", "source", "subject", "time"])
def test_a_missing_attribute_is_named_in_binary_mode(missing: str) -> None:
    value, headers = binary(example("worker.registered"))
    kept = [(name, said) for name, said in headers if name != f"ce_{missing}"]
    assert missing in refusal(value, kept).rule


@pytest.mark.parametrize(
    ("attribute", "value", "field"),
    [
        ("type", "id.patuh.worker.registered.v2", "type"),
        ("type", "", "type"),
        ("specversion", "0.3", "specversion"),
        ("time", "2025-01-01T00:00:00", "time"),
        ("time", "2025-02-30T00:00:00Z", "time"),
        ("time", "1700000000", "time"),
        ("time", "yesterday", "time"),
        ("time", "9999-12-31T23:59:59-23:59", "time"),
        ("id", "", "id"),
        ("id", "a\x00", "id"),
        ("source", "", "source"),
        ("source", "\x00", "id"),
        ("subject", "worker:9972010101900001", "subject"),
        ("subject", "employer:0012345674405000", "subject"),
    ],
)
def test_a_wrong_attribute_is_named_in_both_modes(attribute: str, value: str, field: str) -> None:
    told = example("worker.registered") | {attribute: value}
    assert refusal(json.dumps(told).encode(), HEADERS).field == field
    assert refusal(*binary(told)).field == field


@pytest.mark.parametrize(
    ("value", "headers", "field"),
    [
        (b"{}", [], "content-type"),
        (b"{}", [("content-type", b"application/json")], "content-type"),
        (b"{}", [("content-type", None)], "content-type"),
        (b"{}", [("ce_type", None)], "event"),
        (b"{}", [("ce_type", b"\xc0\xa0")], "headers"),
        (b"{}", [("ce_type", b"t"), ("ce_id", b"\xff")], "headers"),
        (None, HEADERS, "event"),
        (b"", HEADERS, "event"),
        (b"\xff\xfe", HEADERS, "event"),
        (b'{"id": "\xff"}', HEADERS, "event"),
        (b"[]", HEADERS, "event"),
        (b"null", HEADERS, "event"),
        (b'{"id": 7}', HEADERS, "id"),
        (b"[" * 100_000, HEADERS, "event"),
    ],
)
def test_what_is_no_event_is_refused(value: bytes | None, headers: Any, field: str) -> None:
    assert refusal(value, headers).field == field


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"null", b"[]", b'{"a":' * 50_000])
def test_data_that_cannot_be_read_are_refused_in_binary_mode(data: bytes) -> None:
    _, headers = binary(example("employer.closed"))
    assert refusal(data, headers).field == "data"


def test_data_nested_without_end_are_refused_in_structured_mode() -> None:
    text = json.dumps(example("employer.closed") | {"data": "HERE"}).replace('"HERE"', "[" * 100_000)
    assert refusal(text.encode(), HEADERS).field == "event"


@given(
    st.binary(max_size=200), st.lists(st.tuples(st.sampled_from(["content-type", "ce_type"]), st.binary()))
)
def test_any_bytes_are_an_event_or_refused(value: bytes, headers: list[tuple[str, bytes | None]]) -> None:
    with pytest.raises(BadEvent):
        decode(value, headers)


def test_a_value_outside_its_list_is_not_repeated() -> None:
    told = example("worker.registered")
    told["data"]["segment"] = "9972010101900001"
    refused = refusal(json.dumps(told).encode(), HEADERS)
    assert refused.field == "data.segment"
    assert "9972" not in refused.rule


def enrolment(**changed: Any) -> Event:
    event = structured(example("worker.registered"))
    return replace(event, **changed)


def test_the_digest_leaves_out_when_it_was_recorded_and_by_which_name() -> None:
    event = enrolment()
    assert digest(enrolment(recordedtime=EPOCH)) == digest(event)
    assert digest(parse(encode(enrolment(recordedtime=EPOCH)))) == digest(event)
    assert digest(enrolment(id="other", source="other", correlationid="c")) == digest(event)
    assert -(2**63) <= digest(event) < 2**63


def test_the_digest_tells_what_is_said_apart() -> None:
    event = enrolment()
    assert isinstance(event.data, d.WorkerRegistered)
    others = [
        enrolment(subject=f"worker:{'f' * 40}"),
        enrolment(time=event.time + timedelta(microseconds=1)),
        enrolment(kind=types.WORKER_UPDATED),
        enrolment(data=replace(event.data, wage_idr=3_100_001)),
        enrolment(data=replace(event.data, project="project:p-1")),
    ]
    assert len({digest(one) for one in [event, *others]}) == 6


def test_the_rank_orders_by_time_then_source_then_id() -> None:
    later = EPOCH.replace(hour=7, minute=1).astimezone(timezone(timedelta(hours=7)))
    said = [(later, "a", "a"), (EPOCH, "b", "a"), (EPOCH, "a", "b"), (EPOCH, "a", "a")]
    events = [enrolment(time=time, source=source, id=name) for time, source, name in said]
    assert sorted(events, key=lambda one: one.rank) == events[::-1]


def test_a_period_and_a_code_hold_ascii_digits_and_nothing_after() -> None:
    told = example("contribution.posted")["data"]
    for period in ("2025-13", "٢٠٢٥-06", "2025-06\n", "2025-6"):
        with pytest.raises(BadEvent, match=r"data\.period"):
            decode_data("id.patuh.contribution.posted.v1", json.dumps(told | {"period": period}).encode())
    for code in ("٤١٠١١", "41011\n", "4101"):
        body = json.dumps({"name": "PT A", "kbli": {"version": "2020", "code": code}})
        with pytest.raises(BadEvent, match=r"data\.kbli\.code"):
            decode_data("id.patuh.employer.registered.v1", body.encode())


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=60)
INSTANTS = st.datetimes(
    datetime(1950, 1, 1),
    datetime(2199, 1, 1),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)
DATES = st.dates(date(1950, 1, 1), date(2100, 1, 1))
MONEY = st.none() | st.integers(0, 10**15)
ENROLMENTS = st.builds(
    d.WorkerRegistered,
    segment=st.sampled_from(["pu", "bpu", "jakon", "non-asn", "vulnerable"]),
    programmes=st.lists(st.sampled_from(["jkk", "jkm", "jht", "jp", "jkp"]), max_size=5),
    effective_on=DATES,
    wage_idr=MONEY,
)
COVERAGE = st.builds(
    d.CoverageChanged,
    version=st.integers(0, 2**62),
    steps=st.lists(
        st.builds(d.Step, on=DATES, enrolled=st.integers(-5, 10**7), jkk=st.integers(0, 9)), max_size=5
    ),
    removals=st.lists(st.builds(d.Removal, worker=TEXTS, on=DATES, source=TEXTS, id=TEXTS), max_size=3),
)
CLOSURES = st.builds(d.EmployerClosed, closed_on=DATES)
SAID = st.one_of(
    st.tuples(st.just(types.WORKER_REGISTERED), st.just(f"worker:{REF}"), ENROLMENTS),
    st.tuples(st.just(types.COVERAGE_CHANGED), st.just("employer:nib-9120001234567"), COVERAGE),
    st.tuples(st.just(types.EMPLOYER_CLOSED), st.just("employer:0012345674405000"), CLOSURES),
)


@given(SAID, TEXTS, TEXTS, INSTANTS, st.none() | TEXTS, st.none() | INSTANTS)
def test_what_is_written_is_read(
    said: Any, name: str, source: str, time: datetime, story: str | None, recorded: datetime | None
) -> None:
    kind, subject, data = said
    event = Event(kind, name, source, subject, time, data, story, recorded)
    again = decode(encode(event), HEADERS)
    assert again == event
    assert digest(again) == digest(event)
