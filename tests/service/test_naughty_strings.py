"""The Big List of Naughty Strings as names: from the door over Kafka to API, page and command line.

Each comes back as it was, or is refused by field and rule; nothing else may happen to it.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from markupsafe import escape

from shared import topics
from tests.service.contracts_stage import SOURCE, Application, application

__all__ = ["application"]

_LIST = Path(__file__).parents[1] / "unit" / "fixtures" / "naughty_strings.json"
_MORE = [
    "\x00",
    "PT\x00Jaya",
    "\ud800",
    "PT \udfff Jaya",
    "x" * 500,
    "x" * 501,
    "PT 9972010101900001",
    "\u202e" * 500,
]
STRINGS: list[str] = sorted({*json.loads(_LIST.read_text()), *_MORE})
_DIGITS = re.compile(r"(?<![0-9])[1-9][0-9]{15}(?![0-9])")
# Why a string is no name, in the words of the answer.
_RULES: dict[str, tuple[Callable[[str], object], str]] = {
    "empty": (lambda text: text == "", "length >= 1"),
    "too long": (lambda text: len(text) > 500, "length <= 500"),
    "NUL": (lambda text: "\x00" in text, "NUL"),
    "half a character": (lambda text: any(0xD800 <= ord(one) < 0xE000 for one in text), "JSON is malformed"),
    "a person's number": (lambda text: _DIGITS.search(text), "must not contain a NIK"),
}


def refused_as(text: str) -> str | None:
    """The class of strings that are no names; None for those that must come back."""
    return next((name for name, (holds, _) in _RULES.items() if holds(text)), None)


def employer(number: int, name: str) -> dict[str, Any]:
    data = {"name": name, "workforce": 9, "size": "small", "obliged_since": "2025-01-06"}
    return _event("employer.registered", f"employer:nib-99{number:011}", f"name-{number}", data)


def project(number: int, text: str) -> dict[str, Any]:
    """A project whose title is the text, and one whose owner is called so."""
    data: dict[str, Any] = {"title": text, "kind": "construction", "method": "direct"}
    data |= {
        "contract_on": "2025-02-03",
        "owner": {"agency": "dputr"},
        "contractors": [],
        "value_idr": 90_000_000,
    }
    return _event("project.awarded", f"project:naughty-{number}", f"title-{number}", data)


def owned(number: int, text: str) -> dict[str, Any]:
    told = project(number, "Talud")
    told |= {"id": f"owner-{number}", "subject": f"project:owned-{number}"}
    told["data"]["owner"]["name"] = text
    return told


def _event(kind: str, subject: str, name: str, data: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"specversion": "1.0", "type": f"id.patuh.{kind}.v1", "source": SOURCE, "id": name}
    return said | {"subject": subject, "time": "2025-02-03T09:00:00+07:00", "data": data}


@dataclass
class Told:
    """What the gateway answered, and whom to ask."""

    application: Application
    sent: int
    accepted: int
    rejected: dict[str, tuple[str, str]]

    def names(self, service: str, code: str) -> dict[str, str]:
        """The name in each open flag of a code, by subject, as a service tells it."""
        found: dict[str, str] = {}
        while True:
            query: dict[str, Any] = {"code": code, "limit": 400, "offset": len(found)}
            told = self.application.get(service, "/v1/flags", **query).json()
            items = told["items"] if isinstance(told, dict) else told
            found |= {flag["subject"]: flag["name"] for flag in items}
            if len(items) < 400:
                return found


@pytest.fixture(scope="module")
def told(application: Application) -> Told:
    """Everything sent, and heard by every service."""
    makers = (employer, project, owned)
    events = [make(number, text) for make in makers for number, text in enumerate(STRINGS)]
    # What is no text makes a whole body unreadable, so each of these goes alone.
    halves = [(n, text) for n, text in enumerate(STRINGS) if refused_as(text) == "half a character"]
    alone = [make(number, text) for make in makers for number, text in halves]
    together = [event for event in events if event not in alone]
    key, accepted = application.key(), 0
    rejected: dict[str, tuple[str, str]] = {}
    for sent in (together, *([one] for one in alone)):
        said = _answer(application, key, sent)
        accepted += said.get("accepted", 0)
        rejected |= {sent[one["index"]]["id"]: (one["field"], one["rule"]) for one in said["rejected"]}
    application.settle()
    return Told(application, len(events), accepted, rejected)


def _answer(application: Application, key: str, events: list[dict[str, Any]]) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/cloudevents-batch+json"}
    url, body = f"{application.urls['gateway']}/v1/events", json.dumps(events)
    answer = httpx.post(url, content=body, headers=headers, timeout=120)
    assert answer.status_code in (202, 400), answer.text[:500]
    said: dict[str, Any] = answer.json()
    return said


def kept() -> dict[int, str]:
    return {number: text for number, text in enumerate(STRINGS) if refused_as(text) is None}


def test_each_string_is_taken_or_refused_with_its_field_and_rule(told: Told) -> None:
    assert len(STRINGS) > 480
    assert told.accepted == 3 * len(kept())
    assert told.accepted + len(told.rejected) == told.sent
    for place, field in (("name", "data.name"), ("title", "data.title"), ("owner", "data.owner.name")):
        for number, text in enumerate(STRINGS):
            reason = refused_as(text)
            found = told.rejected.get(f"{place}-{number}")
            assert (found is None) == (reason is None), (text, found)
            if found and reason:
                assert _RULES[reason][1] in found[1], (text, found)
                assert reason == "half a character" or found[0] == field
                assert text == "" or text not in found[1]


def test_every_class_of_refusal_was_tried() -> None:
    assert {refused_as(text) for text in STRINGS} == {*_RULES, None}


@pytest.mark.parametrize("service", ["employer", "console"])
def test_names_and_titles_come_back_unharmed(told: Told, service: str) -> None:
    names = told.names(service, "employer.not-registered")
    titles = told.names(service, "project.not-registered")
    for number, text in kept().items():
        assert names[f"employer:nib-99{number:011}"] == text
        assert titles[f"project:naughty-{number}"] == text


async def test_every_field_lies_on_the_topics_as_it_was_sent(told: Told) -> None:
    data = await _data_on(told, topics.EMPLOYERS) | await _data_on(told, topics.PROJECTS)
    for number, text in kept().items():
        assert data[f"name-{number}"]["name"] == text
        assert data[f"title-{number}"]["title"] == text
        assert data[f"owner-{number}"]["owner"]["name"] == text
    letters = await _data_on(told, topics.DEAD_LETTERS)
    assert not letters


async def _data_on(told: Told, topic: topics.Topic) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    bootstrap = told.application.running.parts.bootstrap
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        places = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                events = [json.loads(record.value) for record in records]
                found |= {event["id"]: event["data"] for event in events if event.get("source") == SOURCE}
    return found


def test_the_page_of_each_subject_shows_it_escaped(told: Told) -> None:
    with httpx.Client(base_url=told.application.urls["console"], timeout=60) as console:
        for number, text in kept().items():
            answer = console.get(f"/subjects/employer:nib-99{number:011}")
            assert answer.status_code == 200
            assert str(escape(text)) in answer.text, text
            if "<" in text:
                assert text not in answer.text, text


def test_the_command_line_tells_them_unharmed(told: Told) -> None:
    command = [sys.executable, "-m", "patuh", "flags", "--code", "employer.not-registered"]
    folder = str(told.application.folder / ".patuh")
    done = subprocess.run(
        [*command, "--json", "--data", folder], capture_output=True, timeout=120, check=True
    )
    names = {flag["subject"]: flag["name"] for flag in json.loads(done.stdout)}
    assert all(names[f"employer:nib-99{number:011}"] == text for number, text in kept().items())
    table = subprocess.run([*command, "--data", folder], capture_output=True, timeout=120, check=False)
    assert table.returncode == 0, table.stderr[-1000:]
