"""A service rebuilt from the topics is the same service, and nobody hears anything twice."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from patuh.city import city_events
from patuh.cli import app
from patuh.replaying.databases import named
from patuh.sending import send_all
from shared import topics
from shared.events import decode
from shared.events.data import CoverageChanged
from tests.e2e.city import PLAN, SampleCity, rows_in, start_city

SPOKEN = (topics.COVERAGE, topics.FLAGS, topics.ALERTS, topics.DEAD_LETTERS)
# What is on its way, and what cannot be equal: the numbers of recent events rest on the order of partitions,
# and a turn is a mark that nobody else makes.
NOT_COMPARED = {"outbox", "recent_event", "turn"}


@pytest.fixture(scope="module")
def own_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleCity]:
    """A city of these tests' own, sent and settled."""
    started = start_city(tmp_path_factory.mktemp("replayed"))
    try:
        started.send()
        started.located.settle(300)
        yield started
    finally:
        started.running.stack.stop()


def replayed(city: SampleCity, service: str, *options: str) -> dict[str, Any]:
    command = ["replay", "--service", service, "--json", "--data", str(city.data), *options]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, (result.output, result.exc_info)
    figures: dict[str, Any] = json.loads(result.stdout)
    return figures


def dump(dsn: str) -> dict[str, list[str]]:
    """Every row of every table."""
    names = [row[0] for row in rows_in(dsn, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {
        name: sorted(row[0] for row in rows_in(dsn, f'SELECT t::text FROM "{name}" t'))
        for name in sorted(set(names) - NOT_COMPARED)
    }


def spoken(city: SampleCity) -> dict[str, int]:
    """How many messages the services have published."""
    return {topic.name: len(city.records(topic.name)) for topic in SPOKEN}


@pytest.mark.parametrize("service", ["registry", "employer", "notifier", "console"])
def test_the_rebuilt_database_is_identical_and_nothing_is_said(own_city: SampleCity, service: str) -> None:
    dsn = own_city.running.parts.dsns[service]
    before, said, flags = dump(dsn), spoken(own_city), own_city.located.open_flags()

    figures = replayed(own_city, service)

    assert figures["identical"]
    assert (figures["announced"], figures["missing"]) == (0, 0)
    assert figures["messages"] > 100
    own_city.located.settle(120)
    assert dump(dsn) == before
    assert dump(named(dsn, figures["former"])) == before, "the former database is kept as it was"
    assert spoken(own_city) == said
    assert own_city.located.open_flags() == flags
    left = rows_in(dsn, "SELECT datname FROM pg_database WHERE datname LIKE '%\\_replay'")
    assert left == [], "nothing is left over"


def test_older_facts_may_be_kept_and_the_rest_read_again(own_city: SampleCity) -> None:
    dsn = own_city.running.parts.dsns["registry"]
    before, said = dump(dsn), spoken(own_city)
    (middle,) = rows_in(dsn, "SELECT recorded FROM enrolment ORDER BY recorded OFFSET 500 LIMIT 1")[0]
    seconds = int((datetime.now(UTC) - middle).total_seconds()) + 1

    figures = replayed(own_city, "registry", "--from", f"{seconds}s")

    assert figures["identical"]
    assert dump(dsn) == before
    assert spoken(own_city) == said


def test_a_service_that_must_be_read_whole_refuses_a_beginning(own_city: SampleCity) -> None:
    command = ["replay", "--service", "employer", "--from", "1d", "--data", str(own_city.data)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1
    assert "always read from the beginning" in result.stderr


def test_a_replay_that_only_checks_exchanges_nothing(own_city: SampleCity) -> None:
    dsn = own_city.running.parts.dsns["registry"]
    sql = "SELECT oid FROM pg_database WHERE datname = current_database()"
    before = rows_in(dsn, sql)
    figures = replayed(own_city, "registry", "--check")
    assert figures["identical"]
    assert figures["former"] is None
    assert rows_in(dsn, sql) == before


def test_what_was_wrong_is_mended_and_told_under_a_higher_version(own_city: SampleCity) -> None:
    dsn = own_city.running.parts.dsns["registry"]
    right = dump(dsn)
    sql = "SELECT subject, version, snapshot FROM coverage WHERE snapshot LIKE '%steps%' LIMIT 1"
    subject, version, snapshot = rows_in(dsn, sql)[0]
    said = spoken(own_city)
    wrong = json.dumps({"version": version})
    rows_in(dsn, f"UPDATE coverage SET snapshot = '{wrong}' WHERE subject = '{subject}' RETURNING 1")

    figures = replayed(own_city, "registry", "--drop-old")

    assert not figures["identical"]
    assert figures["announced"] == 1
    assert figures["dropped"][-1] == figures["former"]
    assert [t["name"] for t in figures["tables"] if t["same"] is False] == ["coverage"]
    own_city.located.settle(120)
    told = [decode(r.value, r.headers) for r in own_city.records(topics.COVERAGE.name)]
    newest = max((e.data for e in told if e.subject == subject), key=lambda data: data.version)  # type: ignore[attr-defined]
    assert newest == msgspec.structs.replace(
        msgspec.json.decode(snapshot, type=CoverageChanged), version=version + 1
    )
    assert spoken(own_city) == said | {topics.COVERAGE.name: said[topics.COVERAGE.name] + 1}
    assert {name: rows for name, rows in dump(dsn).items() if name != "coverage"} == {
        name: rows for name, rows in right.items() if name != "coverage"
    }


def test_facts_that_the_topics_do_not_hold_are_not_lost(own_city: SampleCity) -> None:
    dsn = own_city.running.parts.dsns["registry"]
    alien = (
        "SELECT 'urn:of-nobody', id, digest, subject, worker, employer, programmes, effective_on, "
        "covered_until, at, retracted, wage_idr, region, recorded FROM enrolment LIMIT 1"
    )
    rows_in(dsn, f"INSERT INTO enrolment {alien} RETURNING 1")
    command = ["replay", "--service", "registry", "--data", str(own_city.data)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1
    assert "1 facts of the live database" in result.stderr
    own_city.located.settle(120)
    assert rows_in(dsn, "DELETE FROM enrolment WHERE source = 'urn:of-nobody' RETURNING 1") == [(1,)]


def test_the_service_goes_on_where_it_stood(own_city: SampleCity) -> None:
    """What comes after the exchanges is taken once, and told once."""
    template = next(e for e in city_events(PLAN) if e["type"] == "id.patuh.contribution.posted.v1")
    dsn, said = own_city.running.parts.dsns["registry"], spoken(own_city)
    new = {**template, "id": "after-the-replay", "data": {**template["data"], "period": "2019-01"}}
    tally = send_all([new], gateway=own_city.gateway(), on_progress=lambda _: None)
    assert tally.accepted == 1
    own_city.located.settle(120)
    sql = f"SELECT count(*) FROM posting WHERE id = 'after-the-replay' AND subject = '{template['subject']}'"
    assert rows_in(dsn, sql) == [(1,)]
    assert spoken(own_city)[topics.COVERAGE.name] == said[topics.COVERAGE.name] + 1
