"""The command line: one line for each command in `app.py`, each told in a module of its own."""

from patuh.cli.app import app

__all__ = ["app"]
