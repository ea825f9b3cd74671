"""Which tables could be spread over several databases by the subject, and which not: see docs/scale.md.

An engine that spreads a table by a column asks that every unique index has that column in it.
"""

from typing import Any

import pytest

from shared.database import Database
from tests.service.small_world import Services

# By table: the columns of the design by which it can be spread, employer for facts about workers.
_UNIQUE = """
SELECT t.relname AS name, array_agg(a.attname::text ORDER BY a.attname) AS columns
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey)
WHERE n.nspname = 'public' AND i.indisunique AND NOT t.relispartition AND t.relname <> 'alembic_version'
GROUP BY t.relname, i.indexrelid
"""
_HAS = """
SELECT table_name AS name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'subject'
"""
# Spread by subject as they are.
BY_SUBJECT = {"coverage", "flag", "look", "alias"}
# Unique on something else: what each becomes is in docs/scale.md.
WITH_SUBJECT = {"enrolment", "posting", "incident", "fact"}
EVERYWHERE = {"retraction", "erasure", "feed_day", "contractor"}
OWN = {"outbox", "turn"}


async def _rows(database: Database, sql: str) -> list[Any]:
    async with database.transaction() as transaction:
        return list(await transaction.rows(sql))


@pytest.mark.parametrize("name", ["registry", "employer"])
async def test_every_table_has_its_place_in_the_plan(services_on_postgres: Services, name: str) -> None:
    database: Database = getattr(services_on_postgres, f"{name}_database")
    unique = [(row.name, set(row.columns)) for row in await _rows(database, _UNIQUE)]
    by_subject = {table for table, _ in unique} - {t for t, columns in unique if "subject" not in columns}
    named = {row.name for row in await _rows(database, _HAS)}
    rest = {table for table, _ in unique} - by_subject
    assert by_subject <= BY_SUBJECT
    assert {table for table in rest if table in named} <= WITH_SUBJECT
    assert {table for table in rest if table not in named} <= EVERYWHERE | OWN
