"""The sanction ladder: steps taken, steps announced, and when to look at a case again."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE flag_case ADD COLUMN look_on date")
    # Cases that are known already are looked at once, like new ones.
    op.execute("UPDATE flag_case SET look_on = raised_on WHERE status = 'open'")
    op.execute("CREATE INDEX flag_case_to_look_at ON flag_case (look_on) WHERE look_on IS NOT NULL")
    op.execute(
        """
        CREATE TABLE sanction_step (
            case_id uuid REFERENCES flag_case, step text, taken_on date NOT NULL,
            recorded_at timestamptz NOT NULL, PRIMARY KEY (case_id, step))
        """
    )
    op.execute(
        """
        CREATE TABLE sanction_announced (
            case_id uuid REFERENCES flag_case, step text, PRIMARY KEY (case_id, step))
        """
    )
