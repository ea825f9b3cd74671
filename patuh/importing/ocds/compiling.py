"""From releases and records to one compiled release per contracting process.

Releases of one process are merged only where they follow each other in the file, so that memory stays
constant; a process met again later gives another event, and the one with the later `time` overrides
field by field. Compile a file first (`ocdskit compile`) when its publisher scatters them.
"""

import hashlib
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

import ocdsmerge

from patuh.importing.ocds.dates import sort_key
from patuh.importing.ocds.organisations import lift
from patuh.importing.ocds.reading import Found
from patuh.importing.outcomes import Place, Rejected, Unusable

MERGE_AT_MOST = 500
# Of the OCDS 1.1 release schema, the rules of the parts kept here; ocdsmerge would fetch the schema.
RULES = {
    ("id",): "omitWhenMerged",
    ("date",): "omitWhenMerged",
    ("tag",): "omitWhenMerged",
    ("parties", "additionalIdentifiers"): "wholeListMerge",
    ("parties", "roles"): "wholeListMerge",
    ("tender", "additionalProcurementCategories"): "wholeListMerge",
}
_KEPT = ("ocid", "id", "date", "parties", "buyer", "planning", "tender", "awards", "contracts")
_merger = ocdsmerge.Merger(merge_rules=RULES)


@dataclass(frozen=True)
class Process:
    """One contracting process: its compiled release, the `version` that makes its event id, its places."""

    places: tuple[Place, ...]
    ocid: str
    version: str
    release: dict[str, Any]
    defects: tuple[str, ...] = ()


def processes(found: Iterable[Found | Rejected]) -> Iterator[Process | Rejected]:
    """Group, merge and pass on; what cannot be compiled is rejected."""
    for _, group in groupby(found, key=_process_key):
        while chunk := list(islice(group, MERGE_AT_MOST)):
            yield from _process(chunk)


def _process_key(found: Found | Rejected) -> object:
    # An object equals nothing else: a reject, a record or a nameless release stands alone.
    return found.ocid or object() if isinstance(found, Found) and found.kind == "release" else object()


def _process(chunk: list[Found | Rejected]) -> Iterator[Process | Rejected]:
    group = [found for found in chunk if isinstance(found, Found)]
    yield from (reject for reject in chunk if isinstance(reject, Rejected))
    if not group:
        return
    try:
        yield _compile(group)
    except Unusable as error:
        yield from (error.at(found.place, found.ocid) for found in group)
    except RecursionError:
        yield from (Rejected(found.place, found.ocid, "", "nested too deep") for found in group)


def _compile(group: list[Found]) -> Process:
    first = group[0]
    if not first.ocid:
        raise Unusable("ocid", "missing or no text")
    defects: list[str] = []
    releases = _of_record(first, defects) if first.kind == "record" else [found.content for found in group]
    kept = _once([_kept(release, defects) for release in releases], defects)
    release = _merge(kept, defects) if len(kept) > 1 else kept[0]
    return Process(tuple(f.place for f in group), first.ocid, _version(kept), release, tuple(defects))


def _of_record(record: Found, defects: list[str]) -> list[dict[str, Any]]:
    compiled = record.content.get("compiledRelease")
    if isinstance(compiled, dict):
        return [{"ocid": record.ocid} | compiled]
    listed = record.content.get("releases")
    releases = [member for member in listed if isinstance(member, dict)] if isinstance(listed, list) else []
    embedded = [
        {"ocid": record.ocid} | member for member in releases if "url" not in member or "id" in member
    ]
    if not embedded:
        raise Unusable(
            "releases", "only links to releases, which cannot be fetched" if releases else "missing"
        )
    defects.extend("release given as a link, not read" for _ in range(len(releases) - len(embedded)))
    return embedded


def _kept(release: dict[str, Any], defects: list[str]) -> dict[str, Any]:
    kept: dict[str, Any] = _texts({name: release[name] for name in _KEPT if name in release})
    if not isinstance(kept.get("id"), str) or not kept["id"]:
        raise Unusable("id", "missing: a release without an id cannot be told from another version of it")
    lift(kept, defects)
    return kept


def _texts(value: Any) -> Any:
    """Ids as text everywhere: publishers write the same id as a number here and as text there."""
    if isinstance(value, list):
        return [_texts(member) for member in value]
    if not isinstance(value, dict):
        return value
    return {name: str(v) if _is_number_id(name, v) else _texts(v) for name, v in value.items()}


def _is_number_id(name: str, value: object) -> bool:
    return name in ("id", "awardID") and isinstance(value, int) and not isinstance(value, bool)


def _once(releases: list[dict[str, Any]], defects: list[str]) -> list[dict[str, Any]]:
    """Oldest first, each release id once."""
    known: dict[str, dict[str, Any]] = {}
    for release in sorted(releases, key=lambda release: sort_key(release.get("date"))):
        if known.setdefault(release["id"], release) is release:
            continue
        if known[release["id"]] != release:
            raise Unusable("id", "used for two releases that say different things")
        defects.append("release repeated")
    return list(known.values())


def _merge(releases: list[dict[str, Any]], defects: list[str]) -> dict[str, Any]:
    dated = [release | {"date": sort_key(release.get("date"))} for release in releases]
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            merged: dict[str, Any] = _merger.create_compiled_release(dated)
    except ocdsmerge.exceptions.OCDSMergeError as error:
        raise Unusable("", f"releases cannot be merged: {type(error).__name__}") from error
    defects.extend("id used twice in one list" for _ in told)
    return merged | {"id": releases[-1]["id"], "date": releases[-1].get("date")}


def _version(releases: list[dict[str, Any]]) -> str:
    """The last release's id; a merge of several says so, as it is another version than the last alone."""
    ids = [str(release["id"]) for release in releases]
    if len(ids) == 1:
        return ids[0]
    return f"{ids[-1]}+{hashlib.sha256(chr(10).join(ids).encode()).hexdigest()[:8]}"
