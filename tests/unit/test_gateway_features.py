"""The HTTP and Kafka bindings of CloudEvents as features in Gherkin: the official ones, and ours.

Each scenario is carried out: an HTTP request is parsed by the parser that the server uses, a Kafka message
by the decoder of every consumer.
"""

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import h11
import msgspec
import pytest
from msgspec import UNSET

from services.gateway.formats import read
from services.gateway.intake import RawEvent, open_member
from shared.events import BadEvent
from shared.events.envelope import Envelope
from shared.events.modes import open_message
from tests.unit.gherkin import Scenario, Step, scenarios

OURS = Path(__file__).parent / "fixtures" / "cloudevents"
SAMPLES = Path(os.environ.get("PATUH_SAMPLE_DATA", Path(__file__).parents[3] / "shared" / "data"))
OFFICIAL = SAMPLES / "cloudevents" / "conformance" / "features"
Said = RawEvent | Envelope


def from_http(text: str) -> RawEvent:
    """The event in an HTTP request, as the server would hand it on."""
    head, _, body = text.partition("\n\n")
    server = h11.Connection(h11.SERVER)
    server.receive_data(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body.encode())
    request, told = server.next_event(), b""
    assert isinstance(request, h11.Request)
    while isinstance(part := server.next_event(), h11.Data):
        told += bytes(part.data)
    headers = {name.decode(): value.decode("latin-1") for name, value in request.headers}
    (member,), _ = read(headers.get("content-type", ""), headers, told)
    return open_member(member)  # type: ignore[arg-type]


class World:
    """What a scenario has said so far."""

    def __init__(self) -> None:
        self.request: str | None = None
        self.value: bytes | None = None
        self.headers: list[tuple[str, bytes | None]] = []
        self.parse: Callable[[], Said] | None = None

    def do(self, step: Step) -> None:
        """Carry out a step."""
        {
            "HTTP Protocol Binding is supported": self.nothing,
            "Kafka Protocol Binding is supported": self.nothing,
            "an HTTP request": self.given_request,
            "a Kafka message with payload": self.given_payload,
            "a Kafka message without a value": self.nothing,
            "Kafka headers": self.given_headers,
            "parsed as HTTP request": self.parsed_as_http,
            "parsed as Kafka message": self.parsed_as_kafka,
            "the attributes are": self.attributes_are,
            "the data is equal to the following JSON": self.data_are,
            "it is refused for": self.refused_for,
        }[step.said](step)

    def nothing(self, step: Step) -> None: ...

    def given_request(self, step: Step) -> None:
        self.request = step.text

    def given_payload(self, step: Step) -> None:
        self.value = (step.text or "").encode()

    def given_headers(self, step: Step) -> None:
        self.headers = [(name, bytes(value, "latin-1")) for name, value in step.rows[1:]]

    def parsed_as_http(self, step: Step) -> None:
        self.parse = lambda: from_http(self.request or "")

    def parsed_as_kafka(self, step: Step) -> None:
        self.parse = lambda: open_message(self.value, self.headers)

    def event(self) -> Said:
        assert self.parse
        return self.parse()

    def attributes_are(self, step: Step) -> None:
        event = self.event()
        wanted: dict[str, Any] = dict(step.table)
        if "time" in wanted:
            wanted["time"] = datetime.fromisoformat(wanted["time"])
        names = [name for name in event.__struct_fields__ if not name.startswith("data_")]
        said = {name: getattr(event, name) for name in names if name not in ("data", "recordedtime")}
        assert {name: value for name, value in said.items() if value is not None} == wanted

    def data_are(self, step: Step) -> None:
        data = self.event().data
        assert data is not UNSET
        assert msgspec.json.decode(data) == json.loads(step.text or "")

    def refused_for(self, step: Step) -> None:
        with pytest.raises(BadEvent) as refused:
            self.event()
        assert [refused.value.field] == [row[0] for row in step.rows[1:]]


def carried_out(folder: Path) -> list[Any]:
    return [
        pytest.param(scenario, id=f"{path.stem}: {scenario.name}")
        for path in sorted(folder.glob("*.feature"))
        for scenario in scenarios(path.read_text())
    ]


@pytest.mark.parametrize("scenario", carried_out(OURS))
def test_our_scenarios(scenario: Scenario) -> None:
    world = World()
    for step in scenario.steps:
        world.do(step)


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="CloudEvents features not beside the project")
@pytest.mark.parametrize("scenario", carried_out(OFFICIAL))
def test_the_official_scenarios(scenario: Scenario) -> None:
    world = World()
    for step in scenario.steps:
        world.do(step)


def test_nothing_of_a_feature_is_passed_over() -> None:
    text = (OURS / "kafka.feature").read_text()
    outlines = text.count("Scenario:") + sum(text.count(f"| {one}") for one in ("application/",))
    assert len(scenarios(text)) >= outlines > 5
    with pytest.raises(ValueError, match="not understood"):
        scenarios("Feature: x\nScenario: y\nWhenever it rains")
