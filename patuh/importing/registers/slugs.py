"""Names as parts of subjects: the same however they were written."""

import re
import unicodedata

_LONGEST = 80


def slug(name: str) -> str:
    """Lower case, without accents, words joined by dashes: `Ojek Online` is `ojek-online`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST].strip("-")
