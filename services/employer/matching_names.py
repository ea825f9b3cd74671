"""Names of firms made comparable, and regions: good enough to say "look at this", never to join. Pure."""

import re
import unicodedata

_FORM = re.compile(r"\b(?:P\.?\s?T|C\.?\s?V|U\.?\s?D|P\.?\s?D|FA|PERSERO|TBK|KOPERASI|YAYASAN)\b\.?")
_NO_LETTER = re.compile(r"[^\w]+|_")
_CITY = 5  # `32.72` of `32.72.02`


def plain_name(name: str) -> str | None:
    """`CV. Maju`, `cv maju` and `MAJU, CV` alike: without the legal form and without signs; None if empty."""
    upper = unicodedata.normalize("NFKC", name).upper()
    return " ".join(_NO_LETTER.sub(" ", _FORM.sub(" ", upper)).split()) or None


def same_city(one: str | None, other: str | None) -> bool | None:
    """Whether two regions lie in one city or regency; None when either does not say."""
    if not one or not other or min(len(one), len(other)) < _CITY:
        return None
    return one[:_CITY] == other[:_CITY]
