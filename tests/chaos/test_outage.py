"""The database and the broker go away for seconds in the middle of a load: no fact lost, no flag wrong."""

import threading
import time
from pathlib import Path

import pytest

from patuh.city import expected
from patuh.sending import Tally
from shared import topics
from tests.e2e.city import PLAN, SampleCity, start_city

AWAY_SECONDS = 5.0


@pytest.fixture
def city(tmp_path: Path) -> SampleCity:
    return start_city(tmp_path)


def _away(city: SampleCity, part: str) -> threading.Thread:
    """Stop a part and bring it back a little later, beside the load."""

    def go() -> None:
        city.running.stack.stop_member(part)
        time.sleep(AWAY_SECONDS)
        city.running.stack.start_member(part)

    gone = threading.Thread(target=go)
    gone.start()
    return gone


def test_losing_the_database_and_the_broker_loses_no_fact(city: SampleCity) -> None:
    outages, threads = {1000: "postgres", 3000: "kafka"}, []

    def disturb(tally: Tally) -> None:
        for number in [n for n in outages if n <= tally.read]:
            threads.append(_away(city, outages.pop(number)))

    try:
        tally = city.send(disturb, batch_size=100, concurrency=1)
        for thread in threads:
            thread.join()
        assert len(threads) == 2
        assert tally.rejected == 0
        city.located.settle(300)
        found = {(flag["code"], flag["subject"]) for flag in city.findings()}
        assert found == {(code, who) for code, subjects in expected(PLAN).flags.items() for who in subjects}
        assert city.records(topics.DEAD_LETTERS.name) == []
        services = ("gateway", "registry", "employer", "notifier", "console")
        assert {city.running.stack.restarts(name) for name in services} == {0}
    finally:
        city.running.stack.stop()
