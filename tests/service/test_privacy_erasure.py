"""The registry forgets a worker who is erased: in any order and any batching, and nothing comes back."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.registry.enrolment import snapshots
from shared.events import Event, types
from shared.events import data as d
from tests.service.small_world import WORKERS, Services, for_registry, instants, standing
from tests.service.test_registry_order import as_known, deliveries, differing, kept

ERASED = WORKERS[:2]


def erasure(worker: str, at: datetime, number: int = 0) -> Event:
    data = d.WorkerErased(erased_on=at.date(), basis="UU 27/2022 art. 43")
    return Event(types.WORKER_ERASED, f"x-{worker[-2:]}-{number}", "urn:patuh:privacy", worker, at, data)


erasures = st.lists(
    st.builds(erasure, st.sampled_from(ERASED), instants, st.integers(0, 9)), min_size=1, max_size=3
)


def unerased(events: list[Event]) -> list[Event]:
    """What nobody asked to forget."""
    until = [(e.subject, e.time) for e in events if e.kind is types.WORKER_ERASED]
    kept = [e for e in events if not any(e.subject == who and e.time <= at for who, at in until)]
    # A retraction may be about the worker; it says nothing of her and stands.
    return [e for e in kept if e.kind is not types.WORKER_ERASED] + [
        e for e in events if e.kind is types.FACT_RETRACTED
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=deliveries(), forgotten=erasures, data=st.data())
async def test_an_erasure_counts_whenever_it_comes(
    services_on_postgres: Services, batches: list[list[Event]], forgotten: list[Event], data: st.DataObject
) -> None:
    world = services_on_postgres
    await world.empty()
    batches = [*batches, []]
    for event in forgotten:
        batch = data.draw(st.integers(0, len(batches) - 1))
        batches[batch].insert(data.draw(st.integers(0, len(batches[batch]))), event)
    told = [event for batch in batches for event in batch]
    announced = [event for batch in batches if batch for event in await world.registry(batch)]
    expected = snapshots(standing(unerased(told)))
    assert differing(await kept(world), expected) == set()
    last = {e.subject: e.data for e in announced if isinstance(e.data, d.CoverageChanged)}
    assert differing(last, expected) == set()
    assert differing(await as_known(world, set(last) | expected.keys(), None), expected) == set()
    assert await facts_before(world, forgotten) == 0
    assert all(for_registry(event) for event in told)


async def facts_before(world: Services, forgotten: list[Event]) -> int:
    """How many rows are left about these workers from before they were erased."""
    count = 0
    async with world.registry_database.transaction() as transaction:
        for event in forgotten:
            for table in ("enrolment", "incident"):
                sql = f"SELECT count(*) FROM {table} WHERE worker = $1 AND at <= $2"
                count += (await transaction.rows(sql, event.subject, event.time))[0][0]
    return count


async def test_what_is_told_after_the_erasure_is_taken(services_on_postgres: Services) -> None:
    world, at = services_on_postgres, datetime(2025, 5, 5, tzinfo=UTC)
    await world.empty()
    data = d.WorkerRegistered(
        segment="non-asn", programmes=["jkk"], effective_on=at.date(), employer="agency:63421"
    )
    before = Event(types.WORKER_REGISTERED, "w1", "a", WORKERS[0], at, data)
    after = msgspec.structs.replace(before, id="w2", time=at + timedelta(days=9))
    await world.registry([before])
    [emptied] = await world.registry([erasure(WORKERS[0], at + timedelta(days=1))])
    assert isinstance(emptied.data, d.CoverageChanged)
    assert emptied.data.steps == []
    assert await world.registry([before]) == []
    [again] = await world.registry([after])
    assert isinstance(again.data, d.CoverageChanged)
    assert [step.enrolled for step in again.data.steps] == [1]
