"""Alembic's entry: the service itself migrates, on its own connection."""

from shared.database import run_migrations

run_migrations()
