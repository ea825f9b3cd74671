"""When an event was taken, so that a gateway that starts can recall the latest."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE taken ADD COLUMN taken_at timestamptz NOT NULL DEFAULT now()")
    op.execute("CREATE INDEX taken_latest ON taken (taken_at)")
