"""Titles and numbers as LKPP's services write them, cleaned of what forms and spreadsheets left in them."""

import html
import re
from collections.abc import Callable
from functools import lru_cache

from patuh.importing.lkpp import traps
from shared.identifiers import NIK_ANYWHERE

LIMIT = 500
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|_x000d_", re.IGNORECASE)


def read_text(value: object, note: Callable[[str], None]) -> str | None:
    """One line of at most 500 characters without markup; None when empty. A person's number is taken out."""
    if value is None or isinstance(value, dict | list | bool):
        return None
    text, met = _cleaned(str(value))
    for defect in met:
        note(defect)
    return text


@lru_cache(maxsize=4096)  # names of offices, statuses and categories come again in every row
def _cleaned(written: str) -> tuple[str | None, tuple[str, ...]]:
    met = []
    text = " ".join(html.unescape(_MARKUP.sub(" ", written)).replace("\x00", "").split())
    if text in ("", "0"):  # 0 is how CSV writes JSON's null
        return None, ()
    if text != written:
        met.append(traps.MARKUP)
    if NIK_ANYWHERE.search(text):
        met.append("a 16-digit number, perhaps a person's, taken out of a text")
        text = NIK_ANYWHERE.sub("…", text)
    if len(text) > LIMIT:
        met.append(f"a text cut to {LIMIT} characters")
    return text[:LIMIT].strip(), tuple(met)
