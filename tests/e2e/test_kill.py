"""Killing the registry and the employer service in the middle of a load changes nothing in the end."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from patuh.sending import Tally
from shared import topics
from shared.events import Event, decode
from shared.events.data import CoverageChanged, FlagState
from tests.e2e.city import SampleCity, start_city


@pytest.fixture(scope="module")
def disturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleCity]:
    """The same city, while both services are killed twice each."""
    started = start_city(tmp_path_factory.mktemp("disturbed"))
    kills = {1000: "registry", 2000: "employer", 3500: "registry", 4500: "employer"}

    def disturb(tally: Tally) -> None:
        for number in [n for n in kills if n <= tally.read]:
            name = kills.pop(number)
            started.running.stack.wait_healthy(name)  # it may still be down from the last time
            started.running.stack.kill_service(name)

    try:
        started.send(disturb, batch_size=100, concurrency=1)
        assert not kills
        started.located.settle(300)
        yield started
    finally:
        started.running.stack.stop()


def test_the_final_flags_are_those_of_an_undisturbed_run(disturbed: SampleCity, city: SampleCity) -> None:
    assert disturbed.running.stack.restarts("registry") == 2
    assert disturbed.running.stack.restarts("employer") == 2
    assert disturbed.findings() == city.findings()


def test_no_row_is_left_without_its_message(disturbed: SampleCity) -> None:
    for service in ("registry", "employer", "notifier"):
        assert disturbed.rows(service, "SELECT count(*) FROM outbox")[0][0] == 0
    told = last_by(disturbed, topics.COVERAGE.name, lambda e: e.subject)
    stored = disturbed.rows("registry", "SELECT subject, snapshot FROM coverage WHERE version > 0")
    assert {s: msgspec.json.decode(snapshot, type=CoverageChanged) for s, snapshot in stored} == {
        subject: event.data for subject, event in told.items()
    }
    told = last_by(disturbed, topics.FLAGS.name, lambda e: (e.subject, flag(e).code))
    stored = disturbed.rows("employer", "SELECT subject, code, state FROM flag")
    assert {(s, c): msgspec.json.decode(state, type=FlagState) for s, c, state in stored} == {
        key: event.data for key, event in told.items()
    }


def test_no_message_is_without_its_row(disturbed: SampleCity) -> None:
    """Each version of a flag or a coverage was said in one way only: none was published and rolled back."""
    said: dict[tuple[object, ...], Any] = {}
    for record in disturbed.records(topics.COVERAGE.name, topics.FLAGS.name):
        event = decode(record.value, record.headers)
        key = (event.subject, getattr(event.data, "code", None), event.data.version)  # type: ignore[attr-defined]
        assert said.setdefault(key, event.data) == event.data


def flag(event: Event) -> FlagState:
    assert isinstance(event.data, FlagState)
    return event.data


def last_by(city: SampleCity, topic: str, key_of: Any) -> dict[Any, Event]:
    """The event with the highest version of each key."""
    last: dict[Any, Event] = {}
    for record in city.records(topic):
        event = decode(record.value, record.headers)
        known = last.get(key_of(event))
        if known is None or known.data.version < event.data.version:  # type: ignore[attr-defined]
            last[key_of(event)] = event
    return last
