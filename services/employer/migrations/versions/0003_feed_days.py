"""On which days each source spoke, and how many of its facts of that day stand."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE feed_day (
            source text, day date, facts integer NOT NULL, PRIMARY KEY (source, day))
        """
    )
    op.execute(
        """
        INSERT INTO feed_day
        SELECT source, ((event::jsonb ->> 'time')::timestamptz AT TIME ZONE 'Asia/Jakarta')::date, count(*)
        FROM fact WHERE NOT retracted GROUP BY 1, 2
        """
    )
