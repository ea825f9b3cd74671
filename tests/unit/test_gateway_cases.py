"""Our own cases of what is a CloudEvent in JSON and what is none, on the ground of the official ones."""

import json
from typing import Any

import pytest

from services.gateway.bulk import Told
from services.gateway.formats import NoBatchError, read
from services.gateway.intake import open_member
from shared.events import BadEvent

LEAST: dict[str, Any] = {
    "specversion": "1.0",
    "id": "a-1",
    "type": "id.example.thing.v1",
    "source": "https://a.example",
}
WHOLE = LEAST | {
    "datacontenttype": "text/plain",
    "dataschema": "https://a.example/schema",
    "subject": "thing:1",
    "time": "2025-04-05T17:31:00Z",
}
EXTENDED = LEAST | {
    "anint": 10,
    "abool": True,
    "text": "text",
    "uri": "https://a.example",
    "uriref": "//authority/path",
    "instant": "2025-03-31T15:12:00Z",
    "binary": "TWE=",
}
ABSENT = LEAST | dict.fromkeys(("datacontenttype", "dataschema", "subject", "time"))
TIMES = [
    "2025-04-05T17:31:00Z",
    "2025-04-05T17:31:00.000000000Z",
    "2025-04-05T18:31:00+01:00",
    "2025-04-05T16:31:00-01:00",
]
NO_TIMES = [
    "lunchtime",
    "2025-04-05T18:31Z",
    "2025-04-05T18:31:00X",
    "2025-04-05T18:31:00+25:00",
    "2025-04-05T18:31:00+xx:00",
    "2025-04-05T18:31:00+05",
    "2025-04-05",
    "",
]
VALID = [
    LEAST,
    WHOLE,
    EXTENDED,
    ABSENT,
    LEAST | {"source": "#fragment"},
    LEAST | {"datacontenttype": "text/plain", "data": "Simple text"},
    LEAST | {"data": None},
    LEAST | {"data_base64": "TWE="},
    *(LEAST | {"time": time} for time in TIMES),
]
NO_EXTENSIONS: list[Any] = [1.5, 2**31, -(2**31) - 1, {}, []]
REQUIRED = ("specversion", "id", "type", "source")
INVALID = [
    *({name: value for name, value in LEAST.items() if name != missing} for missing in REQUIRED),
    *(LEAST | {name: wrong} for name in REQUIRED for wrong in ("", None, 25, {"a": "b"}, ["a"], True)),
    *(LEAST | {name: ""} for name in ("datacontenttype", "dataschema", "subject")),
    *(LEAST | {"time": time} for time in NO_TIMES),
    LEAST | {"specversion": "0.9"},
    LEAST | {"datacontenttype": "xyz"},
    LEAST | {"MyExtension": "bad"},
    LEAST | {"my.extension": "bad"},
    LEAST | {"my_extension": "bad"},
    *(LEAST | {"myextension": wrong} for wrong in NO_EXTENSIONS),
    LEAST | {"data": "text", "data_base64": "TWE="},
]


def is_taken(content_type: str, told: Any) -> bool:
    try:
        members, _ = read(content_type, {}, json.dumps(told).encode())
        for member in members:
            assert not isinstance(member, Told)
            open_member(member)
    except (BadEvent, NoBatchError):
        return False
    return True


@pytest.mark.parametrize("told", VALID)
def test_an_event(told: dict[str, Any]) -> None:
    assert is_taken("application/cloudevents+json", told)
    assert is_taken("application/cloudevents-batch+json", [told, LEAST])


@pytest.mark.parametrize("told", [*INVALID, 7, "not an object", [LEAST], None])
def test_no_event(told: Any) -> None:
    assert not is_taken("application/cloudevents+json", told)
    assert not is_taken("application/cloudevents-batch+json", [LEAST, told])


@pytest.mark.parametrize(
    ("batch", "taken"), [([], True), ([LEAST, LEAST], True), (LEAST, False), (None, False)]
)
def test_a_batch_is_an_array(batch: Any, taken: bool) -> None:
    assert is_taken("application/cloudevents-batch+json", batch) is taken
