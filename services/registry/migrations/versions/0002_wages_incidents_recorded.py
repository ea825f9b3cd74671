"""Wages, incidents, and when each fact was recorded.

Rows from before stay as they are: without a wage nothing is said about it, and without a time of
recording a fact counts as recorded when it was said.
"""

from alembic import op

from shared import ledger

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE enrolment
            ADD COLUMN wage_idr bigint, ADD COLUMN region text, ADD COLUMN recorded timestamptz
        """
    )
    op.execute("ALTER TABLE posting ADD COLUMN recorded timestamptz")
    op.execute(
        """
        CREATE TABLE incident (
            source text, id text, digest bigint NOT NULL, subject text NOT NULL, worker text NOT NULL,
            employer text NOT NULL, kind text NOT NULL, occurred_on date NOT NULL,
            at timestamptz NOT NULL, recorded timestamptz, retracted boolean NOT NULL,
            PRIMARY KEY (source, id))
        """
    )
    op.execute("CREATE INDEX incident_of_worker ON incident (worker)")
    op.execute("CREATE INDEX incident_of_subject ON incident (subject)")
    # The digest of the minimum wages that a snapshot was counted with; none before there were any.
    op.execute("ALTER TABLE coverage ADD COLUMN wages bigint")
    op.execute(ledger.RECORDED_DDL)
