"""What a batch may cost, counted and not timed: statements, messages, bytes.

The numbers are what the code needs today; raise one only with a reason (docs/performance.md).
"""

from typing import cast

from bench.employer_profile import snapshots
from bench.workload import Workload
from shared import topics
from shared.events import Event, encode
from shared.events.data import CoverageChanged
from tests.service.counting import Counted, counted
from tests.service.small_world import Services

WORKLOAD = Workload(3_000)
_IN_A_BATCH = 500


async def employer(world: Services, events: list[Event]) -> Counted:
    return await counted(world.employer_database, world.handlers().on_batch, events)


def coverage() -> list[list[Event]]:
    return list(snapshots(WORKLOAD, _IN_A_BATCH))


async def test_a_batch_of_profiles_takes_so_many_statements(world: Services) -> None:
    profiles = list(WORKLOAD.profiles())
    assert len((await employer(world, profiles)).statements) <= 17
    assert len((await employer(world, profiles)).statements) <= 5, "nothing new: nobody is judged"


async def test_a_batch_of_coverage_of_known_subjects_reads_nothing(world: Services) -> None:
    await employer(world, list(WORKLOAD.profiles()))
    for events in coverage():
        found = await employer(world, events)
        assert len(found.statements) <= 6, found.statements
        assert not [sql for sql in found.statements if sql.startswith(("SELECT", "WITH"))]


async def test_a_batch_of_coverage_of_unknown_subjects_takes_so_many_statements(world: Services) -> None:
    await employer(world, list(WORKLOAD.profiles()))
    for events in coverage():
        world.restart()
        assert len((await employer(world, events)).statements) <= 13


async def test_statements_do_not_grow_with_the_batch(world: Services) -> None:
    await employer(world, list(WORKLOAD.profiles()))
    first, *others = coverage()
    one = await employer(world, first[:1])
    many = await employer(world, [event for events in others for event in events])
    assert len(many.events) >= WORKLOAD.employers
    assert len(many.statements) <= len(one.statements) + 3


async def test_several_snapshots_of_a_subject_in_a_batch_change_each_flag_once(world: Services) -> None:
    await employer(world, list(WORKLOAD.profiles()))
    changed = (await employer(world, [event for events in coverage() for event in events])).events
    flags = [event.correlationid for event in changed]
    assert len(flags) == len(set(flags))


async def test_coverage_that_answers_as_before_costs_no_message(world: Services) -> None:
    await employer(world, list(WORKLOAD.profiles()))
    last = {event.subject: event for events in coverage() for event in events}
    await employer(world, list(last.values()))
    for event in last.values():
        cast(CoverageChanged, event.data).version += 1
    found = await employer(world, list(last.values()))
    assert found.messages == []
    assert len(found.statements) == 2, "whose turn it is, and the snapshots"


async def test_a_registry_batch_takes_so_many_statements(world: Services) -> None:
    events = list(WORKLOAD.worker_events())
    few, many = events[:5], events[5:1_000]
    statements = [len((await counted_by_registry(world, some)).statements) for some in (few, many)]
    assert max(statements) <= 11
    assert statements[1] <= statements[0] + 1


async def counted_by_registry(world: Services, events: list[Event]) -> Counted:
    return await counted(world.registry_database, world.registry_handlers().on_facts, events)


def test_events_take_so_many_bytes_on_their_topics() -> None:
    workers = [len(encode(event)) for event in WORKLOAD.worker_events()]
    assert sum(workers) / len(workers) <= 620
    published = [event for events in coverage() for event in events]
    steps = sum(len(cast(CoverageChanged, event.data).steps) for event in published)
    # The envelope beside the steps: most firms of a nation are small, and have few.
    assert sum(map(len, map(encode, published))) <= 410 * len(published) + 38 * steps


async def test_a_flag_takes_so_many_bytes(world: Services) -> None:
    await employer(world, list(WORKLOAD.profiles()))
    messages = [one for events in coverage() for one in (await employer(world, events)).messages]
    assert {one.topic for one in messages} == {topics.FLAGS.name}
    assert sum(len(one.value or b"") for one in messages) / len(messages) <= 2_300
