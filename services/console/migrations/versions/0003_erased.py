"""Workers who were erased: nothing said about them before is shown again."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("CREATE TABLE erased (worker text PRIMARY KEY, at timestamptz NOT NULL)")
