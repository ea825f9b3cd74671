"""`source` is a URI-reference, `dataschema` an absolute URI, both by the grammar of RFC 3986, appendix A."""

import re
from functools import lru_cache

_CHARS = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)"
_USER = r"(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*@)?"
_PATH = rf"(?:{_CHARS}|/)*"
_TAIL = rf"(?:\?(?:{_CHARS}|[/?])*)?(?:\#(?:{_CHARS}|[/?])*)?"
_HIERARCHY = rf"(?://{_USER}{_HOST}(?::[0-9]*)?(?:/{_PATH})?|(?!//){_PATH})"
_ABSOLUTE = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:{_HIERARCHY}{_TAIL}")
# A relative reference may have no colon in its first segment: it would be read as a scheme.
_RELATIVE = re.compile(rf"(?![^/?\#]*:){_HIERARCHY}{_TAIL}|(?=//){_HIERARCHY}{_TAIL}")


@lru_cache(maxsize=4096)  # an agency sends the same few with every event
def is_uri(text: str) -> bool:
    """Whether it is a URI with a scheme."""
    return _ABSOLUTE.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def is_uri_reference(text: str) -> bool:
    """Whether it is a URI, or a reference relative to one."""
    return is_uri(text) or _RELATIVE.fullmatch(text) is not None
