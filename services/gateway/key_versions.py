"""Secret keys by version, as they are written in a setting."""

import json
from collections.abc import Mapping

from pydantic import SecretStr

MIN_KEY = 32


def key_versions(first: SecretStr | None, several: SecretStr | None, name: str) -> dict[int, str]:
    """The keys by version: `first` is version 1, `several` is `1:key,2:key` or a JSON object.

    Raises ValueError, which names the setting (`name`) and never repeats a key.
    """
    found = dict(_several(several.get_secret_value(), name)) if several else {}
    if first and found.setdefault(1, first.get_secret_value()) != first.get_secret_value():
        raise ValueError(f"{name}: says another key of version 1 than {name.removesuffix('S')}")
    if any(version < 1 for version in found) or any(len(key) < MIN_KEY for key in found.values()):
        raise ValueError(f"{name}: versions count from 1, a key has at least {MIN_KEY} characters")
    return found


def _several(text: str, name: str) -> dict[int, str]:
    try:
        pairs = _pairs(text.strip())
        found = {int(version): key.strip() for version, key in pairs}
    except (ValueError, AttributeError):
        raise ValueError(f'{name}: write `1:key,2:key` or {{"1": "key", "2": "key"}}') from None
    if len(found) != len(pairs):
        raise ValueError(f"{name}: says a version twice")
    return found


def _pairs(text: str) -> list[tuple[str, str]]:
    if text.startswith("{"):
        found: Mapping[str, str] = json.loads(text)
        return list(found.items())
    parts = [part.partition(":") for part in text.split(",") if part.strip()]
    return [(version, key) for version, _, key in parts]
