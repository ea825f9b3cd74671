"""Keys of agencies, events taken, outbox."""

from alembic import op

from shared import outbox

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE agency_key (
            id text PRIMARY KEY, hashed text NOT NULL, agency text NOT NULL, sources text[] NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now())
        """
    )
    op.execute(
        """
        CREATE TABLE taken (
            source text, id text, digest bigint NOT NULL, topic text NOT NULL, key text NOT NULL,
            PRIMARY KEY (source, id))
        """
    )
    op.execute(outbox.DDL)
