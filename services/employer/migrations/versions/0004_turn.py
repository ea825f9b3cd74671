"""Whose turn it was last: each transaction that judges leaves a mark of its own."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("CREATE TABLE turn (one boolean PRIMARY KEY DEFAULT true CHECK (one), mark uuid NOT NULL)")
