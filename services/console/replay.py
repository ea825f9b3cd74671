"""How the console's database is rebuilt from the topics. It announces nothing, so nothing has to be settled.

Dead letters are read by a reader of their own, under offsets of its own: they are taken from the live
database. So is the number of coverage snapshots seen, of which the compacted topic keeps only the newest.
Recent events are in another order between partitions, and begin above the live database's numbers, so that
an open page goes on.
"""

from services.console.handlers import on_events
from shared import replay, topics
from shared.database import Database
from shared.replay import OpenWork, Recipe

_COUNTS = """
INSERT INTO event_count AS c SELECT * FROM unnest($1::text[], $2::bigint[])
ON CONFLICT (type) DO UPDATE SET n = greatest(c.n, excluded.n)
"""
# An identity cannot be changed, only given anew; the step is larger than any number of either database.
_RENUMBER = """
WITH gone AS (DELETE FROM recent_event RETURNING *)
INSERT INTO recent_event (id, topic, type, time, source, subject, event_id, summary, about)
OVERRIDING SYSTEM VALUE
SELECT id + $1::bigint, topic, type, time, source, subject, event_id, summary, about FROM gone
"""
_LAST = "SELECT coalesce(max(id), 0) FROM recent_event"
_GO_ON = f"SELECT setval(pg_get_serial_sequence('recent_event', 'id'), greatest(1, ({_LAST})))"
_SOURCES = tuple(topic for topic in topics.ALL if topic != topics.DEAD_LETTERS)


def recipe() -> Recipe:
    """The console."""
    # The numbers of recent events depend on the order between partitions.
    return Recipe(
        _SOURCES, on_events, _finish, unlike={"recent_event": ()}, whole="it counts every event once"
    )


async def _finish(live: Database, rebuilt: Database, _: OpenWork) -> int:
    await replay.copy(live, rebuilt, "dead_letter")
    async with live.transaction() as transaction:
        counts = await transaction.rows("SELECT type, n FROM event_count")
        newest = (await transaction.rows(_LAST))[0][0]
    async with rebuilt.transaction() as transaction:
        await transaction.run(_COUNTS, [row.type for row in counts], [row.n for row in counts])
        newest = max(newest, (await transaction.rows(_LAST))[0][0])
        await transaction.run(_RENUMBER, newest)
        await transaction.rows(_GO_ON)
    return 0
