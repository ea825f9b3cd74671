"""Two processes of the registry share its work; one is killed in the middle, and nothing counts twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import httpx
import msgspec
import pytest
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from patuh import running
from patuh.embedded.announce import silent
from patuh.embedded.ports import settle_ports
from patuh.embedded.stack import SERVICES, Stack
from patuh.embedded.state import read_state
from patuh.nation import NationPlan, nation_events
from patuh.nation.writing import publish
from services.registry.enrolment import snapshots
from shared import topics
from shared.events import decode
from shared.events.data import CoverageChanged
from shared.settings import Settings
from tests.e2e.city import read_all, rows_in

PLAN = NationPlan(employers=300, workers=20_000, months=3)
MEMBERS = ("registry", "registry-2")


@dataclass
class Shared:
    """A stack with two registries, one of which was killed while they worked, and the partitions they had."""

    stack: Stack
    bootstrap: str
    dsn: str
    health: dict[str, Any]
    state: dict[str, Any]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    folder = tmp_path_factory.mktemp("shared")
    with Stack(folder, announce=silent, databases=["registry"], environ={}) as stack:
        parts = stack.start_parts()
        urls = _start(stack, parts)
        health = {name: _until_it_has_partitions(url) for name, url in urls.items()}
        state = read_state(folder)
        settings = Settings(kafka_bootstrap_servers=parts.bootstrap, database_url="postgresql://nowhere")
        events, dsn = nation_events(PLAN), parts.dsns["registry"]
        publish(islice(events, PLAN.events // 2), settings, ignore)
        _until(60, lambda: _facts(dsn) > 2_000)
        stack.kill_service("registry-2")
        facts_at_the_kill = _facts(dsn)
        publish(events, settings, ignore)
        assert facts_at_the_kill < PLAN.months * PLAN.workers // 2, "it was killed when all was done"
        assert state
        _until_all_is_counted(urls, dsn)
        yield Shared(stack, parts.bootstrap, dsn, health, state)


def ignore(written: int) -> None:
    """Nobody looks on."""


def _start(stack: Stack, parts: Any) -> dict[str, str]:
    common = {"KAFKA_BOOTSTRAP_SERVERS": parts.bootstrap, "PATUH_BATCH_RECORDS": "500"}
    members = {m: s for m, s in running.members_of({"registry": 2}).items() if s == "registry"}
    ports = settle_ports(stack.data / "ports.json", dict.fromkeys(members))
    for member, service in members.items():
        stack.start_service(running._spec(service, ports[member], parts, common, member))
    for member in members:
        stack.wait_healthy(member)
    return {member: f"http://127.0.0.1:{ports[member]}/health" for member in members}


def _until(seconds: float, holds: Any) -> Any:
    waiting = Retrying(
        stop=stop_after_delay(seconds), wait=wait_fixed(0.3), retry=retry_if_result(lambda v: not v)
    )
    return waiting(holds)


def _until_it_has_partitions(url: str) -> Any:
    return _until(60, lambda: (r := httpx.get(url).json())["lag"] is not None and r)


def _facts(dsn: str) -> int:
    return int(rows_in(dsn, "SELECT count(*) FROM enrolment")[0][0])


def _until_all_is_counted(urls: dict[str, str], dsn: str) -> None:
    def settled() -> bool:
        try:
            reports = [httpx.get(url, timeout=10).json() for url in urls.values()]
        except httpx.HTTPError:
            return False
        return all(r["lag"] == 0 and r["pending"] == 0 for r in reports)

    _until(180, lambda: _facts(dsn) == PLAN.months * PLAN.workers)
    _until(120, settled)


def truth() -> dict[str, CoverageChanged]:
    facts = (topics.WORKERS, topics.CONTRIBUTIONS)
    return snapshots(event for event in nation_events(PLAN) if event.kind.topic in facts)


def said(coverage: CoverageChanged) -> tuple[object, ...]:
    return (coverage.steps, coverage.removals, coverage.postings)


def test_both_are_members_of_one_stack_and_the_killed_one_came_back(shared: Shared) -> None:
    assert set(shared.health) == set(MEMBERS)
    assert {report["service"] for report in shared.health.values()} == {"registry"}
    assert set(MEMBERS) <= set(shared.state["health_urls"])
    assert (shared.stack.restarts("registry"), shared.stack.restarts("registry-2")) == (0, 1)


def test_the_coverage_is_what_the_facts_come_to(shared: Shared) -> None:
    stored = rows_in(shared.dsn, "SELECT subject, snapshot FROM coverage WHERE version > 0")
    found = {s: said(msgspec.json.decode(snapshot, type=CoverageChanged)) for s, snapshot in stored}
    assert found == {subject: said(snapshot) for subject, snapshot in truth().items()}
    assert read_all(shared.bootstrap, topics.DEAD_LETTERS.name) == []


def test_the_last_snapshot_of_a_subject_on_the_topic_is_its_newest(shared: Shared) -> None:
    last: dict[str, CoverageChanged] = {}
    highest: dict[str, int] = {}
    for record in read_all(shared.bootstrap, topics.COVERAGE.name):
        event = decode(record.value, record.headers)
        assert isinstance(event.data, CoverageChanged)
        last[event.subject] = event.data
        highest[event.subject] = max(event.data.version, highest.get(event.subject, 0))
    assert {subject: data.version for subject, data in last.items()} == highest
    stored = rows_in(shared.dsn, "SELECT subject, version FROM coverage WHERE version > 0")
    assert dict(stored) == highest


def test_a_process_of_a_service_that_shares_has_a_name_of_its_own() -> None:
    assert list(running.members_of({})) == list(SERVICES)
    assert running.members_of({"registry": 3})["registry-3"] == "registry"
