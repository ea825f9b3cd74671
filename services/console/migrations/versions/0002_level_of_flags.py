"""Whether a flag is a violation or only a notice: what a notice reminds of is not counted as owed."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE flag ADD COLUMN level text NOT NULL DEFAULT 'violation'")
