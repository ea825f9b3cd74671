"""Feeds of agencies without a developer: a watched folder, and a scheduled pull over HTTP."""
