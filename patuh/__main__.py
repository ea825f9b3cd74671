"""`python -m patuh`."""

from patuh.cli import app

app()
