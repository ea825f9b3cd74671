"""What the employer service remembers never shows: several processes, failed batches, days that pass."""

from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.counting import record
from patuh.assessing import findings_on
from services.employer import handlers as employer_handlers
from shared import law
from shared.clock import FixedClock
from shared.consuming import Received, Work
from shared.events import Event
from tests.service.small_world import DAY, Services, for_employer, for_registry, standing, worlds

_SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def found(world: Services) -> list[tuple[object, ...]]:
    return [_said(flag) for flag in await world.open_flags()]


def expected(events: list[Event]) -> list[tuple[object, ...]]:
    return [_said(f) for f in findings_on(standing(events), law.load(), DAY) if not f.undecided]


def _said(one: object) -> tuple[object, ...]:
    names = ("subject", "code", "since", "due", "workers", "amount_idr", "uncovered_working_days", "evidence")
    return tuple(getattr(one, name) for name in names)


@_SLOW
@given(events=worlds(), data=st.data())
async def test_processes_that_take_turns_find_what_one_finds(
    services_on_postgres: Services, events: list[Event], data: st.DataObject
) -> None:
    world = services_on_postgres
    await world.empty()
    processes = [employer_handlers.Handlers(FixedClock(DAY), law.load()) for _ in range(2)]
    for event in data.draw(st.permutations(events)):
        world.process = processes[data.draw(st.integers(0, 1))]
        await world.all([event])
    assert await found(world) == expected(events)


class FellDownError(Exception):
    """The batch is not committed."""


@_SLOW
@given(events=worlds(), data=st.data())
async def test_a_batch_that_was_not_committed_is_not_remembered(
    services_on_postgres: Services, events: list[Event], data: st.DataObject
) -> None:
    world = services_on_postgres
    await world.empty()
    world.restart()
    for event in data.draw(st.permutations(events)):
        announced = await world.registry([event]) if for_registry(event) else []
        batch = [one for one in [event] if for_employer(one)] + announced
        if data.draw(st.booleans()):
            await _fail(world, batch)
        await world.employer(batch)
    assert await found(world) == expected(events)


async def _fail(world: Services, batch: list[Event]) -> None:
    with suppress(FellDownError):
        async with world.employer_database.transaction() as transaction:
            received = [Received(event, record(event)) for event in batch]
            await world.handlers().on_batch(Work(transaction, "test"), received)
            raise FellDownError


@_SLOW
@given(events=worlds(), data=st.data())
async def test_days_that_pass_between_batches_leave_nothing_behind(
    services_on_postgres: Services, events: list[Event], data: st.DataObject
) -> None:
    world = services_on_postgres
    await world.empty()
    world.restart()
    start = DAY - timedelta(days=60)
    for number, event in enumerate(data.draw(st.permutations(events))):
        await world.pass_days(start + timedelta(days=number))
        await world.all([event])
    await world.pass_days(DAY)
    assert await found(world) == expected(events)
