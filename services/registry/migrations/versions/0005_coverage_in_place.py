"""Coverage is written over and over: room on its pages for that, and what is left is cleared away soon.

Facts are only added: their table needs no more than the server's own settings.
"""

from alembic import op

from shared.database import written_over

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for statement in written_over("coverage", "snapshot"):
        op.execute(statement)
