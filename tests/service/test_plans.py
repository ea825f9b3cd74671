"""No statement of the stream reads a table of facts from end to end: its cost would grow with history."""

from typing import Any

from bench.counting import record
from bench.employer_profile import snapshots
from bench.workload import Workload
from shared.consuming import Received, Work
from shared.database import Database, Transaction
from shared.events import Event
from tests.service.small_world import Services, retraction

WORKLOAD = Workload(6_000)
_AT_ONCE = 2_000


async def _reads(transaction: Transaction) -> dict[str, int]:
    """How often this connection has read each table from end to end, as far as it is not told yet."""
    rows = await transaction.rows(
        "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE schemaname = 'public'"
    )
    return {row.relname: row.seq_scan for row in rows}


async def tables_read_whole(database: Database, handler: Any, events: list[Event]) -> set[str]:
    """Which tables were read from end to end while a batch was handled."""
    async with database.transaction() as transaction:
        before = await _reads(transaction)
        work = Work(transaction, "test")
        await handler(work, [Received(event, record(event)) for event in events])
        after = await _reads(transaction)
    return {table for table, times in after.items() if times > before.get(table, 0)}


async def test_a_batch_of_workers_reads_no_table_of_facts_whole(world: Services) -> None:
    """Neither while the tables are empty nor when the planner knows that they are small."""
    events = list(WORKLOAD.worker_events())
    months = [events[i : i + _AT_ONCE] for i in range(0, len(events), _AT_ONCE)]
    again = [*months[2], *months[1][:500], *map(retraction, months[1][:200])]
    for batch in (months[0][:10], months[0], months[1], months[2], again, months[0]):
        handler = world.registry_handlers().on_facts
        read = await tables_read_whole(world.registry_database, handler, batch)
        assert not read & {"enrolment", "posting", "coverage"}
        async with world.registry_database.transaction() as transaction:
            await transaction.run("ANALYZE")


async def test_a_batch_for_the_employer_service_reads_no_table_of_facts_whole(world: Services) -> None:
    coverage = [event for events in snapshots(WORKLOAD, 500) for event in events]
    for batch in (list(WORKLOAD.profiles()), coverage[:100], coverage[100:]):
        world.restart()
        read = await tables_read_whole(world.employer_database, world.handlers().on_batch, batch)
        assert not read & {"fact", "coverage", "flag", "look"}
        async with world.employer_database.transaction() as transaction:
            await transaction.run("ANALYZE")
