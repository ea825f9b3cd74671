"""The facts of a worker, found by numbers instead of long texts, in the order of their days."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("DROP INDEX enrolment_of_worker")
    op.execute(
        """
        CREATE INDEX enrolment_of_worker ON enrolment
        (hashtextextended(subject, 0), hashtextextended(worker, 0), effective_on)
        """
    )
