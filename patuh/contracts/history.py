"""Every revision that a schema ever had, so that a new one is held against all of them.

`history/<event>/<version>/<n>.json` and the events in `golden/` are written once and never edited;
`digests.txt` shows when one was.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from patuh.contracts.compatibility import breaks, same
from shared.events import EventType
from shared.events.schemas import Schema, schema, version

HISTORY, GOLDEN, DIGESTS = "history", "golden", "digests.txt"


class IncompatibleError(ValueError):
    """Schemas that break a revision which somebody may still send or read; one change a line."""


def revisions(folder: Path, kind: EventType) -> list[Schema]:
    """The revisions of a type's schema below `folder`, the first one first."""
    found = (folder / HISTORY / kind.short / version(kind)).glob("*.json")
    return [json.loads(path.read_text()) for path in sorted(found, key=lambda path: int(path.stem))]


def broken(folder: Path, kinds: Iterable[EventType]) -> list[str]:
    """What the present schemas would break, of any revision: transitive. Also a type that is gone."""
    known = {(kind.short, version(kind)): kind for kind in kinds}
    found = []
    for place in sorted((folder / HISTORY).glob("*/v*")):
        name = (place.parent.name, place.name)
        if name not in known:
            found.append(f"{name[0]} {name[1]}: is gone")
            continue
        for number, old in enumerate(revisions(folder, known[name]), 1):
            found += [
                f"{name[0]} {name[1]}, revision {number}: {w}" for w in breaks(old, schema(known[name]))
            ]
    return found


def record(folder: Path, kinds: Iterable[EventType]) -> int:
    """Add a revision of each schema that says something else than its last; how many were added.

    Raises IncompatibleError, and adds none then.
    """
    wanted = list(kinds)
    if found := broken(folder, wanted):
        raise IncompatibleError("\n".join([*found, "make it a field that may be left out, or a new version"]))
    changed = [kind for kind in wanted if _differs(folder, kind)]
    for kind in changed:
        _add(folder, kind)
    _note(folder)
    return len(changed)


def _differs(folder: Path, kind: EventType) -> bool:
    told = revisions(folder, kind)
    return not told or not same(told[-1], schema(kind))


def _add(folder: Path, kind: EventType) -> None:
    number = len(revisions(folder, kind)) + 1
    path = folder / HISTORY / kind.short / version(kind) / f"{number}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(schema(kind), indent=2) + "\n")


def noted(folder: Path) -> dict[str, str]:
    """The digest of each file that may not change any more, by its path below `folder`, as it was noted."""
    file = folder / DIGESTS
    lines = file.read_text().splitlines() if file.exists() else []
    return {path: told for told, path in (line.split("  ") for line in lines)}


def digests(folder: Path) -> dict[str, str]:
    """The same as they are now: SHA-256 in hexadecimal."""
    kept = [path for part in (HISTORY, GOLDEN) for path in sorted((folder / part).rglob("*.json"))]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in kept}


def _note(folder: Path) -> None:
    """Note what is new. What was noted before stays as it was, so that an edit shows."""
    known = noted(folder)
    with (folder / DIGESTS).open("a") as file:
        file.writelines(f"{d}  {path}\n" for path, d in digests(folder).items() if path not in known)
