"""Keys limited to types, subjects, rates and a time; their use by day; the audit."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE agency_key
            ADD types text[] NOT NULL DEFAULT '{}', ADD subjects text[] NOT NULL DEFAULT '{}',
            ADD expires_at timestamptz, ADD revoked_at timestamptz, ADD rate text, ADD daily bigint,
            ADD oauth_client text, ADD line text,
            ALTER hashed DROP NOT NULL, ADD CHECK ((hashed IS NULL) = (oauth_client IS NOT NULL))
        """
    )
    op.execute("UPDATE agency_key SET line = id")
    op.execute("ALTER TABLE agency_key ALTER line SET NOT NULL")
    op.execute("CREATE UNIQUE INDEX ON agency_key (oauth_client) WHERE revoked_at IS NULL")
    op.execute(
        "CREATE TABLE agency_key_version (one boolean PRIMARY KEY DEFAULT true CHECK (one), version bigint)"
    )
    op.execute("INSERT INTO agency_key_version (version) VALUES (1)")
    op.execute(
        """
        CREATE FUNCTION agency_key_changed() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN UPDATE agency_key_version SET version = version + 1; RETURN NULL; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON agency_key "
        "FOR EACH STATEMENT EXECUTE FUNCTION agency_key_changed()"
    )
    op.execute(
        """
        CREATE TABLE key_usage (
            key_id text, day date, events bigint NOT NULL, last_at timestamptz NOT NULL,
            PRIMARY KEY (key_id, day))
        """
    )
    op.execute(
        """
        CREATE TABLE audit (
            at timestamptz NOT NULL, key_id text, agency text, remote text, actor text, status int,
            field text, rule text NOT NULL, source text, type text, subject text, count bigint NOT NULL)
        """
    )
    op.execute("CREATE INDEX ON audit (at)")
