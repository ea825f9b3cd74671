"""Addresses in the console that alerts point to."""

from urllib.parse import quote


def subject_link(console_url: str, subject: str) -> str:
    """The page that tells the whole story of a subject."""
    return f"{console_url.rstrip('/')}/subjects/{quote(subject, safe=':/')}"
