"""From releases and records as they were read to what is merged: fewer parts, one way to write them."""

from decimal import Decimal
from math import isfinite
from typing import Any

from patuh.importing.ocds.lifting import lift
from patuh.importing.outcomes import Unusable

Content = dict[str, Any]
_KEPT = ("ocid", "id", "date", "tag", "parties", "buyer", "planning", "tender", "awards", "contracts")
# Most of a release, of no use here, and full of people: left out before anything is stored.
_UNUSED = frozenset(
    (
        "address",
        "additionalClassifications",
        "contactPoint",
        "description",
        "details",
        "documents",
        "items",
        "milestones",
        "persones",
        "tenderers",
    )
)
_DESCRIBED = ("planning",)


def prepare(release: Content, defects: list[str]) -> Content:
    """The parts of a release that are read, in the shapes of OCDS 1.1. Raises Unusable when it has no id."""
    kept = {name: _plain(release[name], name in _DESCRIBED) for name in _KEPT if name in release}
    kept["id"] = _text_id(kept.get("id"))
    if not isinstance(kept["id"], str) or not kept["id"]:
        raise Unusable("id", "missing: a release without an id cannot be told from another version of it")
    lift(kept, defects)
    return kept


def releases_of(record: Content, defects: list[str]) -> list[Content]:
    """The compiled release of a record, else those embedded in it. Raises Unusable when there is neither."""
    ocid, compiled, listed = record.get("ocid"), record.get("compiledRelease"), record.get("releases")
    if isinstance(compiled, dict):
        return [{"ocid": ocid} | compiled]
    releases = [member for member in listed if isinstance(member, dict)] if isinstance(listed, list) else []
    embedded = [{"ocid": ocid} | member for member in releases if "url" not in member or "id" in member]
    if not embedded:
        raise Unusable(
            "releases", "only links to releases, which cannot be fetched" if releases else "missing"
        )
    defects.extend("release given as a link, not read" for _ in range(len(releases) - len(embedded)))
    return embedded


def _plain(value: Any, described: bool) -> Any:
    """Ids as text, as publishers write the same id as a number here and as text there; no Decimal."""
    if isinstance(value, dict):
        return {
            name: _text_id(part) if name in ("id", "awardID") else _plain(part, described)
            for name, part in value.items()
            if name not in _UNUSED or (described and name == "description")
        }
    if isinstance(value, list):
        return [_plain(member, described) for member in value]
    return _number(value) if isinstance(value, Decimal) else value


def _number(value: Decimal) -> float | str:
    """As JSON Lines give it, so that the same release is the same from both; text where no float holds it."""
    number = float(value)
    return number if isfinite(number) else str(value)


def _text_id(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
