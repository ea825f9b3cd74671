"""Facts commute: any order, any repetition, any batching gives the same coverage and the same flags."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patuh.assessing import findings_on
from services.registry.enrolment import snapshots
from shared import law
from shared.events import Event
from shared.events.data import CoverageChanged
from tests.service.small_world import DAY, Services, for_employer, for_registry, standing, worlds


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Event], list[list[Event]]]:
    """A world, and one way of delivering it: shuffled, repeated, cut into batches."""
    world = draw(worlds())
    repeated = draw(st.lists(st.sampled_from(world), max_size=6)) if world else []
    shuffled = draw(st.permutations(world + repeated))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=6)))
    edges = [0, *cuts, len(shuffled)]
    return world, [shuffled[a:b] for a, b in pairwise(edges) if a < b]


async def deliver(world: Services, batches: list[list[Event]], late_first: bool) -> None:
    """Deliver the batches; coverage reaches the employer service at once, or all of it late and reversed."""
    held: list[Event] = []
    for batch in batches:
        held += await world.registry([e for e in batch if for_registry(e)])
        await world.employer([e for e in batch if for_employer(e)])
        if not late_first:
            await world.employer(held)
    await world.employer(held[::-1])


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(delivery=deliveries(), late_first=st.booleans())
async def test_any_delivery_gives_the_state_of_the_facts_themselves(
    services_on_postgres: Services, delivery: tuple[list[Event], list[list[Event]]], late_first: bool
) -> None:
    world, batches = delivery
    await services_on_postgres.empty()
    await deliver(services_on_postgres, batches, late_first)
    facts = standing(world)
    assert await coverage_of(services_on_postgres) == {
        subject: _without_version(one) for subject, one in snapshots(facts).items() if _says_something(one)
    }
    expected = [f for f in findings_on(facts, law.load(), DAY) if not f.undecided]
    found = await services_on_postgres.open_flags()
    assert [(f.subject, f.code) for f in found] == [(f.subject, f.code) for f in expected]
    for flag, finding in zip(found, expected, strict=True):
        for name in ("since", "due", "workers", "amount_idr", "uncovered_working_days", "evidence", "law"):
            assert getattr(flag, name) == getattr(finding, name), (flag.code, name)


async def coverage_of(world: Services) -> dict[str, tuple[object, ...]]:
    import msgspec

    async with world.registry_database.transaction() as transaction:
        rows = await transaction.rows("SELECT subject, snapshot FROM coverage")
    told = {row.subject: msgspec.json.decode(row.snapshot, type=CoverageChanged) for row in rows}
    return {subject: _without_version(one) for subject, one in told.items() if _says_something(one)}


def _without_version(one: CoverageChanged) -> tuple[object, ...]:
    return (one.steps, one.removals, one.postings)


def _says_something(one: CoverageChanged) -> bool:
    return bool(one.steps or one.removals or one.postings)
