"""The vault with its audit, and how far a re-keying of references has read."""

from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = """
CREATE TABLE vault (
    reference text PRIMARY KEY, reference_key integer NOT NULL,
    nik bytea NOT NULL, nik_key integer NOT NULL, name bytea, name_key integer,
    first_seen date NOT NULL, last_seen date NOT NULL);
CREATE TABLE vault_audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, who text NOT NULL,
    purpose text NOT NULL, reference text NOT NULL, key_version integer NOT NULL);
CREATE INDEX vault_audit_of_reference ON vault_audit (reference);
CREATE TABLE rekeyed (
    version integer, topic text, partition integer, next_offset bigint NOT NULL,
    PRIMARY KEY (version, topic, partition))
"""


def upgrade() -> None:
    for statement in _TABLES.split(";"):
        op.execute(statement)
