"""Content types and base64: what says that data are JSON, and in which characters."""

import re
from base64 import b64decode
from binascii import Error as Base64Error

from shared.events.checks import BadEvent

_JSON = re.compile(r"^(application|text)/([\w.+-]+\+)?json$")
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)


def is_json(media: str) -> bool:
    """Whether a media type, with or without parameters, says JSON."""
    return _JSON.match(media.partition(";")[0].strip().lower()) is not None


def foreign_charset(media: str) -> str | None:
    """The character set that a media type names when it is none that JSON may be written in."""
    found = _CHARSET.search(media)
    return found[1] if found and found[1].lower() not in ("utf-8", "utf8", "us-ascii") else None


def from_base64(text: str) -> bytes:
    """The bytes of `data_base64`. Raises BadEvent."""
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError) as error:
        raise BadEvent("data_base64", "not base64") from error
