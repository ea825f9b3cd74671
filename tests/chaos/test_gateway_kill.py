"""The gateway is killed again and again while 50,000 events are sent: all arrive, none twice in effect."""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from patuh.agency_keys import create_key
from patuh.city import numbers
from patuh.embedded.announce import silent
from patuh.embedded.parts import Parts
from patuh.embedded.ports import free_port
from patuh.embedded.stack import ServiceSpec, Stack
from patuh.running import ROOT
from patuh.sending import Event, Gateway, Tally, send_all
from shared import topics
from shared.events import decode, digest
from tests.e2e.city import read_all, rows_in

EVENTS, FIRMS = 50_000, 400
SOURCE, TODAY = "https://sipp.example.id", date(2025, 6, 2)
KILLS = (8_000, 22_000, 38_000)


def enrolments() -> Iterator[Event]:
    for number in range(EVENTS):
        yield {
            "specversion": "1.0",
            "id": f"tk-{number}",
            "source": SOURCE,
            "type": "id.patuh.worker.registered.v1",
            "subject": f"worker:{numbers.nik(3, number, TODAY)}",
            "time": "2025-06-02T09:00:00+07:00",
            "data": {
                "segment": "pu",
                "programmes": ["jkk", "jkm"],
                "effective_on": "2025-06-01",
                "employer": f"employer:{numbers.npwp(3, number % FIRMS)}",
            },
        }


@dataclass
class Killed:
    """A gateway that was killed while it worked, the registry behind it, and what the sender was told."""

    stack: Stack
    parts: Parts
    tally: Tally = field(default_factory=Tally)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    folder = tmp_path_factory.mktemp("killed")
    with Stack(folder, announce=silent, databases=["gateway", "registry"], environ={}) as stack:
        world = Killed(stack, stack.start_parts())
        url = _start(world, "gateway")
        _start(world, "registry")
        stack.wait_healthy("gateway")
        key = create_key(world.parts.dsns["gateway"], "SIPP", [SOURCE])
        left = list(KILLS)

        def disturb(tally: Tally) -> None:
            if left and tally.read >= left[0]:
                left.pop(0)
                stack.kill_service("gateway")

        patient = Gateway(url, key, tries=60, first_pause=0.2, longest_pause=1.0)
        world.tally = send_all(enrolments(), gateway=patient, on_progress=disturb)
        assert not left
        yield world


def _start(world: Killed, name: str) -> str:
    """Start a service as `patuh up` does; its address."""
    port = free_port()
    argv = [sys.executable, "-m", "uvicorn", f"services.{name}.app:app", "--port", str(port)]
    env = {
        "KAFKA_BOOTSTRAP_SERVERS": world.parts.bootstrap,
        "DATABASE_URL": world.parts.dsns[name],
        "PATUH_SERVICE": name,
        "PATUH_TODAY": TODAY.isoformat(),
        "PYTHONPATH": str(ROOT),
    } | ({"PATUH_WORKER_REF_KEY": "for-tests-only-" * 3} if name == "gateway" else {})
    url = f"http://127.0.0.1:{port}"
    world.stack.start_service(
        ServiceSpec(name, [*argv, "--no-access-log", "--log-level", "warning"], env, f"{url}/health")
    )
    return url


def test_the_gateway_was_killed_and_every_event_answered_for(killed: Killed) -> None:
    assert killed.stack.restarts("gateway") == len(KILLS)
    assert (killed.tally.read, killed.tally.rejected) == (EVENTS, 0)


def test_every_accepted_event_is_in_kafka_and_says_one_thing(killed: Killed) -> None:
    said: dict[tuple[str, str], set[int]] = defaultdict(set)
    for record in read_all(killed.parts.bootstrap, topics.WORKERS.name):
        event = decode(record.value, record.headers)
        said[event.source, event.id].add(digest(event))
    assert said.keys() == {(SOURCE, f"tk-{number}") for number in range(EVENTS)}
    assert {len(digests) for digests in said.values()} == {1}


def test_the_registry_counts_each_once(killed: Killed) -> None:
    dsn = killed.parts.dsns["registry"]
    waiting = Retrying(
        stop=stop_after_delay(60), wait=wait_fixed(0.2), retry=retry_if_result(lambda n: n < EVENTS)
    )
    assert waiting(lambda: rows_in(dsn, "SELECT count(*) FROM enrolment")[0][0]) == EVENTS
    assert rows_in(dsn, "SELECT count(*) FROM coverage")[0][0] == FIRMS
    assert read_all(killed.parts.bootstrap, topics.DEAD_LETTERS.name) == []
