"""Flags, recent events, counts, dead letters, positions, outbox."""

from alembic import op

from shared import outbox

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE flag (
    flag_id text PRIMARY KEY, subject text NOT NULL, code text NOT NULL, version bigint NOT NULL,
    status text NOT NULL, name text NOT NULL, region text, since date NOT NULL, due date,
    workers bigint, amount_idr bigint, state json NOT NULL);
CREATE INDEX flag_of_subject ON flag (subject);
CREATE INDEX flag_open_by_severity ON flag (workers DESC NULLS LAST, due NULLS LAST, flag_id)
    WHERE status = 'open';
CREATE TABLE recent_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, topic text NOT NULL, type text NOT NULL,
    time timestamptz NOT NULL, source text NOT NULL, subject text NOT NULL, event_id text NOT NULL,
    summary json NOT NULL, about text[] NOT NULL);
CREATE TABLE event_count (type text PRIMARY KEY, n bigint NOT NULL);
CREATE TABLE counted (
    topic text, partition integer, next_offset bigint NOT NULL DEFAULT 0,
    newest_ms bigint NOT NULL DEFAULT -1, PRIMARY KEY (topic, partition));
CREATE TABLE dead_letter (
    partition integer, "offset" bigint, at timestamptz NOT NULL, service text NOT NULL,
    field text NOT NULL, rule text NOT NULL, topic text NOT NULL, origin text NOT NULL,
    attempts text NOT NULL, key text NOT NULL, PRIMARY KEY (partition, "offset"));
CREATE INDEX dead_letter_by_reason ON dead_letter (service, field, rule)
"""


def upgrade() -> None:
    for statement in (*_TABLES.split(";"), outbox.DDL):
        op.execute(statement)
