"""A nation from a plan: the same every time, as many as asked for, valid, in memory that does not grow."""

import gzip
import tracemalloc
from collections import Counter
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from patuh.cli.app import app
from patuh.nation import Arrival, NationPlan, Share, nation_events, worker_events
from patuh.nation.facts import employer_subject
from patuh.nation.writing import lines
from patuh.schemas import schema
from services.registry.enrolment import snapshots
from shared import topics
from shared.events import parse, types
from shared.events.data import WorkerRegistered
from shared.identifiers import NIK_ANYWHERE, check_nik

PLAN = NationPlan(employers=60, workers=2_400, months=5)


def written(plan: NationPlan) -> list[bytes]:
    return list(lines(nation_events(plan), "jsonl"))


def test_the_same_plan_makes_the_same_events_and_another_seed_others() -> None:
    assert written(PLAN) == written(NationPlan(60, 2_400, 5))
    assert not set(written(PLAN)) & set(written(NationPlan(60, 2_400, 5, seed=2)))


def test_there_are_as_many_as_were_asked_for() -> None:
    events = list(nation_events(PLAN))
    kinds = Counter(event.kind.topic.name for event in events)
    assert len(events) == PLAN.events
    assert kinds == {
        topics.EMPLOYERS.name: 60,
        topics.PROJECTS.name: 9,
        topics.WORKERS.name: 5 * 2_400,
        topics.CONTRIBUTIONS.name: 5 * 60,
    }
    assert len({event.subject for event in events if event.kind.topic is topics.WORKERS}) == 2_400
    assert len({(event.source, event.id) for event in events}) == len(events)


@pytest.mark.parametrize(("employers", "workers"), [(1, 1), (7, 3), (3, 1_000), (97, 4_001)])
def test_every_worker_has_one_of_the_employers(employers: int, workers: int) -> None:
    plan = NationPlan(employers, workers)
    employed = Counter(plan.employer_of(worker) for worker in range(workers))
    assert {
        number: plan.headcount(number) for number in range(employers) if plan.headcount(number)
    } == employed
    assert sum(employed.values()) == workers


def test_a_month_comes_shuffled_and_names_each_worker_once() -> None:
    first = [
        event.data.employer for event in worker_events(PLAN, 0) if isinstance(event.data, WorkerRegistered)
    ]
    assert len(first) == 2_400
    assert len(set(first[:100])) > 20


def test_by_employer_the_workers_of_a_firm_come_together() -> None:
    came = [event.data.employer for event in worker_events(PLAN, 0, "by-employer")]  # type: ignore[attr-defined]
    assert len(came) == 2_400
    assert sum(a != b for a, b in pairwise(came)) == len(set(came)) - 1


@pytest.mark.parametrize("arrival", ["shuffled", "by-employer"])
def test_several_writers_make_together_what_one_would(arrival: Arrival) -> None:
    shares = [{e.id for e in nation_events(PLAN, arrival, Share(n, 3))} for n in range(3)]
    assert set().union(*shares) == {event.id for event in nation_events(PLAN, arrival)}
    assert sum(map(len, shares)) == PLAN.events


@pytest.mark.parametrize("months", [1, 2, 5])
def test_just_every_eighth_employer_declares_more_than_it_enrols(months: int) -> None:
    plan = NationPlan(60, 2_400, months)
    found = snapshots(event for event in nation_events(plan) if event.kind.topic is topics.WORKERS)
    enrolled = {subject: snapshot.steps[-1].enrolled for subject, snapshot in found.items()}
    short = [n for n in range(60) if enrolled.get(employer_subject(plan, n), 0) < plan.workforce(n)]
    assert short == [n for n in range(60) if plan.is_short(n)]


def test_every_event_is_valid_and_follows_its_schema() -> None:
    checkers = {name: Draft202012Validator(schema(kind)) for name, kind in types.FACTS.items()}
    for line in written(NationPlan(30, 300, 5)):
        assert parse(line).kind.name in types.FACTS
        told = msgspec.json.decode(line)
        checkers[told["type"]].validate(told["data"])


def test_people_come_go_and_come_back() -> None:
    kinds = Counter(event.kind.short for event in nation_events(PLAN) if event.kind.topic is topics.WORKERS)
    assert kinds["worker.unregistered"] == 720
    assert kinds["worker.registered"] == 2_400 + 480
    found = snapshots(event for event in nation_events(PLAN) if event.kind.topic is topics.WORKERS)
    assert sum(snapshot.steps[-1].enrolled for snapshot in found.values()) == 2_400 - 240


def test_for_the_gateway_workers_have_a_nik_that_no_province_gives() -> None:
    plan = NationPlan(10, 200, named="nik")
    niks = {event.subject.removeprefix("worker:") for event in worker_events(plan, 0)}
    assert len(niks) == 200
    assert all(check_nik(nik).startswith("99") for nik in niks)


def test_no_id_looks_like_the_number_of_a_person() -> None:
    plan = NationPlan(10, 20_000, named="nik")
    assert not [event.id for event in worker_events(plan, 0) if NIK_ANYWHERE.search(event.id)]


def test_an_envelope_of_kafka_names_topic_and_key() -> None:
    found = [msgspec.json.decode(line) for line in lines(nation_events(PLAN), "kafka")]
    for one in found:
        event, worker = one["value"], one["topic"] == topics.WORKERS.name
        assert one["key"] == (event["data"]["employer"] if worker else event["subject"])


def test_memory_does_not_grow_with_the_nation() -> None:
    def peak(plan: NationPlan) -> int:
        tracemalloc.start()
        for _ in lines(nation_events(plan), "jsonl"):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(NationPlan(10, 100))  # what is made once: decoders, holidays, caches
    small, large = peak(NationPlan(20, 500)), peak(NationPlan(400, 20_000))
    assert large < small + 200_000


@pytest.mark.parametrize(
    ("plan", "field"),
    [((0, 5, 1), "employers"), ((5, 0, 1), "workers"), ((5, 5, 0), "months"), ((5, 3 * 10**9, 1), "workers")],
)
def test_what_cannot_be_is_refused_by_name(plan: tuple[int, int, int], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        NationPlan(*plan)


def run(*arguments: str) -> tuple[int, bytes, str]:
    done = CliRunner().invoke(app, ["generate", "--employers", "20", "--workers", "300", *arguments])
    return done.exit_code, done.stdout_bytes, done.stderr


def test_the_command_writes_plain_and_compressed_and_to_standard_output(tmp_path: Path) -> None:
    plain, zipped = tmp_path / "n.jsonl", tmp_path / "n.jsonl.gz"
    assert run("-o", str(plain))[0] == 0
    assert run("--gzip", "-o", str(zipped))[0] == 0
    assert gzip.decompress(zipped.read_bytes()) == plain.read_bytes() == run("-o", "-")[1]
    assert plain.read_bytes() == b"".join(written(NationPlan(20, 300)))
    assert run("--arrival", "by-employer", "-o", "-")[1] != plain.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say where to"),
        (("--to-kafka", "127.0.0.1:1", "-o", "-"), "say where to"),
        (("--to-kafka", "127.0.0.1:1", "--nik"), "no NIK goes on a topic"),
        (("--months", "0", "-o", "-"), "months: between 1"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: tuple[str, ...], said: str) -> None:
    status, _, told = run(*arguments)
    assert status == 1
    assert said in " ".join(told.split())
