"""Facts, aliases, contractors, coverage, flags, looks, outbox."""

from alembic import op

from shared import ledger, outbox

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE fact (
            source text, id text, digest bigint NOT NULL, subject text NOT NULL, event text NOT NULL,
            retracted boolean NOT NULL, PRIMARY KEY (source, id))
        """
    )
    op.execute("CREATE INDEX fact_of_subject ON fact (subject)")
    op.execute("CREATE TABLE alias (identifier text, subject text, PRIMARY KEY (identifier, subject))")
    op.execute("CREATE INDEX alias_of_subject ON alias (subject)")
    op.execute("CREATE TABLE contractor (employer text, project text, PRIMARY KEY (employer, project))")
    op.execute(
        "CREATE TABLE coverage (subject text PRIMARY KEY, version bigint NOT NULL, snapshot text NOT NULL)"
    )
    op.execute(
        """
        CREATE TABLE flag (
            subject text, code text, status text NOT NULL, state text NOT NULL, PRIMARY KEY (subject, code))
        """
    )
    op.execute("CREATE INDEX flag_open ON flag (code) WHERE status = 'open'")
    op.execute("CREATE TABLE look (subject text PRIMARY KEY, day date NOT NULL)")
    op.execute("CREATE INDEX look_by_day ON look (day)")
    op.execute(ledger.DDL)
    op.execute(outbox.DDL)
