"""Enrolment facts, postings, retractions, coverage, outbox."""

from alembic import op

from shared import ledger, outbox

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE enrolment (
            source text, id text, digest bigint NOT NULL, subject text NOT NULL, worker text NOT NULL,
            employer text NOT NULL, programmes smallint NOT NULL, effective_on date NOT NULL,
            covered_until date, at timestamptz NOT NULL, retracted boolean NOT NULL,
            PRIMARY KEY (source, id))
        """
    )
    op.execute("CREATE INDEX enrolment_of_worker ON enrolment (subject, worker)")
    op.execute(
        """
        CREATE TABLE posting (
            source text, id text, digest bigint NOT NULL, subject text NOT NULL, period text NOT NULL,
            amount_idr bigint NOT NULL, workers integer NOT NULL, posted_on date NOT NULL,
            at timestamptz NOT NULL, retracted boolean NOT NULL, PRIMARY KEY (source, id))
        """
    )
    op.execute("CREATE INDEX posting_of_subject ON posting (subject)")
    op.execute(ledger.DDL)
    op.execute(
        "CREATE TABLE coverage (subject text PRIMARY KEY, version bigint NOT NULL, snapshot text NOT NULL)"
    )
    op.execute(outbox.DDL)
