"""When each retraction was first recorded."""

from alembic import op

from shared import ledger

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(ledger.RECORDED_DDL)
