"""Cases, their alerts, every attempt to deliver one, and the outbox."""

from alembic import op

from shared import outbox

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE flag_case (
            id uuid PRIMARY KEY, flag_id text NOT NULL, subject text NOT NULL, code text NOT NULL,
            version bigint NOT NULL, status text NOT NULL, raised_on date NOT NULL, flag text NOT NULL,
            correlation text)
        """
    )
    op.execute("CREATE INDEX flag_case_listed ON flag_case (status, raised_on DESC, id)")
    op.execute(
        """
        CREATE TABLE alert (
            id uuid PRIMARY KEY, sequence bigint GENERATED ALWAYS AS IDENTITY,
            case_id uuid NOT NULL REFERENCES flag_case, kind text NOT NULL, channel text NOT NULL,
            recipient text NOT NULL, status text NOT NULL, due_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL, attempts integer NOT NULL DEFAULT 0,
            maybe_received boolean NOT NULL DEFAULT false)
        """
    )
    op.execute("CREATE INDEX alert_of_case ON alert (case_id)")
    op.execute("CREATE INDEX alert_open ON alert (channel, due_at) WHERE status IN ('pending', 'sending')")
    op.execute(
        """
        CREATE TABLE attempt (
            alert_id uuid REFERENCES alert, number integer, at timestamptz NOT NULL, outcome text NOT NULL,
            detail text NOT NULL, PRIMARY KEY (alert_id, number))
        """
    )
    op.execute(outbox.DDL)
