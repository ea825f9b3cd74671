"""What makes a Kafka message a fact: both modes, JSON by whatever name, and no value is no fact."""

import base64
import json

import pytest

from shared.events import BadEvent, decode
from shared.events.envelope import HEADERS
from tests.unit.test_shared_envelope import binary, example, structured

CLOSED = "employer.closed"


def field_of(value: bytes | None, headers: list[tuple[str, bytes | None]]) -> str:
    with pytest.raises(BadEvent) as refused:
        decode(value, headers)
    return refused.value.field


def test_data_in_base64_say_the_same() -> None:
    told = example(CLOSED)
    data = base64.b64encode(json.dumps(told.pop("data")).encode()).decode()
    assert structured(told | {"data_base64": data}) == structured(example(CLOSED))
    assert field_of(json.dumps(told | {"data_base64": "*"}).encode(), HEADERS) == "data_base64"
    both = example(CLOSED) | {"data_base64": data}
    assert field_of(json.dumps(both).encode(), HEADERS) == "data"


@pytest.mark.parametrize(
    "media", ["text/json", "application/vnd.bpjs+json", "Application/JSON; charset=utf-8"]
)
def test_data_are_json_by_any_of_its_names(media: str) -> None:
    told = example(CLOSED)
    value, headers = binary(told)
    named = [*headers[:-1], ("content-type", media.encode())]
    assert decode(value, named) == structured(told | {"datacontenttype": media}) == structured(told)


@pytest.mark.parametrize("media", ["application/xml", "text/plain", "application/octet-stream", "json"])
def test_data_that_are_no_json_are_refused(media: str) -> None:
    told = example(CLOSED)
    value, headers = binary(told)
    assert field_of(value, [*headers[:-1], ("content-type", media.encode())]) == "datacontenttype"
    refused = json.dumps(told | {"datacontenttype": media}).encode()
    assert field_of(refused, HEADERS) == "datacontenttype"


def test_a_tombstone_is_no_fact() -> None:
    _, headers = binary(example(CLOSED))
    assert field_of(None, headers) == "data"
    assert field_of(None, HEADERS) == "event"
    assert field_of(None, []) == "content-type"


def test_the_content_type_of_the_data_is_not_said_in_an_attribute() -> None:
    value, headers = binary(example(CLOSED))
    assert decode(value, [*headers, ("ce_datacontenttype", b"text/plain"), ("ce_data", b"{}")]) == decode(
        value, headers
    )
