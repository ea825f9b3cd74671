"""Workers who were erased, so that nothing said about them before is taken again."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("CREATE TABLE erasure (worker text PRIMARY KEY, at timestamptz NOT NULL)")
