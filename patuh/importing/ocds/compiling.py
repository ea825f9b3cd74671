"""From releases and records to contracting processes, each with what was true of it as time went by.

The releases of one process are brought together from all files of an import, wherever they are, and merged
in the order of their dates. A record stands alone: it is the publisher's own merge.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from patuh.importing.ocds.dates import sort_key
from patuh.importing.ocds.lifting import objects
from patuh.importing.ocds.merging import steps
from patuh.importing.ocds.preparing import prepare, releases_of
from patuh.importing.ocds.reading import Found
from patuh.importing.ocds.spilling import Aside, Spill
from patuh.importing.outcomes import Place, Rejected, Unusable
from shared.identifiers import NIK_ANYWHERE

# Of a publisher who writes one ocid for all; then a process comes in portions.
MERGE_AT_MOST = 2_000
CONFLICT = "used for two releases that say different things: the one read first stands"
Content = dict[str, Any]


@dataclass(frozen=True)
class State:
    """What is true after release `name`. `version` makes event ids, `notices` counts tags of amendments."""

    version: str
    name: str
    notices: int
    release: Content


@dataclass(frozen=True)
class Process:
    """One contracting process: the states that tell more than the last one, and the last."""

    places: tuple[Place, ...]
    ocid: str
    states: tuple[State, ...]
    defects: tuple[str, ...] = ()


def processes(found: Iterable[Found | Rejected]) -> Iterator[Process | Rejected]:
    """Rejects and records as they come; processes told by releases when all is read."""
    with closing(Spill()) as spill:
        for one in found:
            if isinstance(one, Rejected):
                yield one
            else:
                yield from _of_record(one) if one.kind == "record" else _put_aside(one, spill)
        for ocid, releases in spill.processes():
            while portion := list(islice(releases, MERGE_AT_MOST)):
                yield from _of_releases(ocid, portion)


def key_of(ocid: str | None) -> str | None:
    """The ocid as the key of a reject; not when a person's number is in it."""
    return ocid if ocid and not NIK_ANYWHERE.search(ocid) else None


def _put_aside(found: Found, spill: Spill) -> Iterator[Process | Rejected]:
    def put() -> None:
        defects: list[str] = []
        spill.add(_named(found), Aside(found.place, prepare(found.content, defects), defects))

    return _tried(put, [found.place], found.ocid)


def _of_record(found: Found) -> Iterator[Process | Rejected]:
    def compiled() -> Process:
        ocid, defects = _named(found), list[str]()
        releases = [prepare(release, defects) for release in releases_of(found.content, defects)]
        return _process([found.place], ocid, releases, defects)

    return _tried(compiled, [found.place], found.ocid)


def _tried(
    make: Callable[[], Process | None], places: list[Place], ocid: str | None
) -> Iterator[Process | Rejected]:
    """What is made; when it cannot be, a reject for each place."""
    try:
        made = make()
    except Unusable as error:
        yield from (error.at(place, key_of(ocid)) for place in places)
    except RecursionError:
        yield from (Rejected(place, key_of(ocid), "", "nested too deep") for place in places)
    except UnicodeEncodeError:
        yield from (Rejected(place, None, "", "half a character in a text (a surrogate)") for place in places)
    else:
        yield from [made] if made else []


def _named(found: Found) -> str:
    if not found.ocid:
        raise Unusable("ocid", "missing or no text")
    return found.ocid


def _of_releases(ocid: str, read: list[Aside]) -> Iterator[Process | Rejected]:
    known: dict[str, Content] = {}
    kept: list[Aside] = []
    for aside in read:
        if known.setdefault(aside.content["id"], aside.content) == aside.content:
            kept.append(aside)
        else:
            yield Rejected(aside.place, key_of(ocid), "id", CONFLICT)
    places, defects = [aside.place for aside in kept], [kind for aside in kept for kind in aside.defects]
    contents = [aside.content for aside in kept]
    yield from _tried(partial(_process, places, ocid, contents, defects), places, ocid)


def _process(places: list[Place], ocid: str, releases: list[Content], defects: list[str]) -> Process:
    states = tuple(_states(_once(releases, defects), defects))
    return Process(tuple(places), ocid, states, tuple(defects))


def _once(releases: list[Content], defects: list[str]) -> list[Content]:
    """Oldest first, each release id once."""
    known: dict[str, Content] = {}
    for release in sorted(releases, key=lambda release: sort_key(release.get("date"))):
        if known.setdefault(release["id"], release) is release:
            continue
        if known[release["id"]] != release:
            raise Unusable("id", "used for two releases that say different things")
        defects.append("release repeated")
    return list(known.values())


def _states(releases: list[Content], defects: list[str]) -> Iterator[State]:
    """From the state before the first release that ends or amends something; at least the last."""
    last = len(releases) - 1
    first = next((number for number, release in enumerate(releases) if _turns(release)), last + 1) - 1
    names: list[str] = []
    notices = 0
    for number, (release, look) in enumerate(steps(releases, defects.append)):
        names.append(release["id"])
        notices += _is_notice(release)
        if number == last or number >= first:
            # What is alone is not merged: it stays as it was written.
            merged = (release if last == 0 else look()) | {"id": release["id"], "date": release.get("date")}
            yield State(_version(names), release["id"], notices, merged)


def _turns(release: Content) -> bool:
    """Whether it may say that something was amended, cancelled or ended."""
    blocks = [b for name in ("awards", "contracts") for b in objects(release, name)]
    statuses = {str(block.get("status")) for block in blocks}
    amended = any(block.get("amendments") for block in blocks)
    return amended or _is_notice(release) or not statuses.isdisjoint(("cancelled", "terminated"))


def _is_notice(release: Content) -> bool:
    tags = release.get("tag")
    return isinstance(tags, list) and "contractAmendment" in tags


def _version(names: list[str]) -> str:
    """The last release's id; a merge of several says so, as it is another version than the last alone."""
    if len(names) == 1:
        return names[0]
    return f"{names[-1]}+{hashlib.sha256(chr(10).join(names).encode()).hexdigest()[:8]}"
