"""Coverage and flags are written over and over: room on their pages for that, and what is left goes soon."""

from alembic import op

from shared.database import written_over

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for table, column in (("coverage", "snapshot"), ("flag", "state")):
        for statement in written_over(table, column):
            op.execute(statement)
