"""A watched folder: files that are complete are taken, then moved to `done/<date>/` or `failed/`.

1. wait until a file rests  2. ask whether it is known  3. import  4. remember  5. move, with its account

A crash before 4 means the file is taken again, which has no effect twice; after 4 it is only moved.
"""

import fnmatch
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fasteners  # type: ignore[import-untyped]

from patuh.importing.feeds import taking
from patuh.importing.feeds.checkpoint import Checkpoint, Taken
from patuh.importing.feeds.configuration import Drop
from patuh.importing.feeds.formats import About
from patuh.importing.feeds.taking import Means, NotTaken
from patuh.sending import SendingFailed
from shared.clock import Clock

# Names under which programmes write what is not finished, or keep for themselves.
_UNFINISHED = ("*.part", "*.partial", "*.tmp", "*.crdownload", "*.filepart", "~*", ".*", "*.lock", "*.swp")
LOCK = ".patuh.lock"
Stamp = tuple[int, int]
Tell = Callable[[str], None]


@dataclass
class Folder:
    """One folder with what is taken from it and how. `quiet`: seconds for which a file must not change.

    `ticks` counts seconds from anywhere, and never goes back.
    """

    path: Path
    drops: Sequence[Drop]
    means: Means
    checkpoint: Checkpoint
    clock: Clock
    ticks: Callable[[], float]
    tell: Tell
    quiet: float = 5.0
    _seen: dict[Path, tuple[Stamp, float]] = field(default_factory=dict)

    def scan(self) -> int:
        """Take every file that rests; how many there are that do not yet.

        Another watcher on this folder, in any process, waits meanwhile and then finds them gone.
        """
        with fasteners.InterProcessLock(self.path / LOCK):
            waiting = self._waiting()
            for path in self._at_rest(waiting):
                self._take(path)
        return sum(path.exists() for path in waiting)

    def _waiting(self) -> dict[Path, Stamp]:
        found = (p for p in self.path.iterdir() if not _is_unfinished(p.name))
        files = ((p, _stamp(p)) for p in found if p.is_file() and not p.is_symlink())
        return dict(sorted(files, key=lambda one: (one[1][1], one[0].name)))

    def _at_rest(self, waiting: dict[Path, Stamp]) -> list[Path]:
        """In the order in which they were written: a later month comes after an earlier one."""
        now = self.ticks()
        before, self._seen = self._seen, {}
        for path, stamp in waiting.items():
            known = before.get(path)
            self._seen[path] = known if known and known[0] == stamp else (stamp, now)
        return [path for path in waiting if now - self._seen[path][1] >= self.quiet]

    def _take(self, path: Path) -> None:
        drop = next((d for d in self.drops if fnmatch.fnmatch(path.name.lower(), d.match.lower())), None)
        stamp, rejects = self._seen.pop(path)[0], self.path / f".{path.name}.rejects"
        try:
            if drop is None:
                raise NotTaken(
                    "Nama berkas ini tidak cocok dengan satu pun aturan `files`.",
                    "The name of this file fits none of the rules under `files`.",
                )
            self._import(path, stamp, drop, rejects)
        except NotTaken as reason:
            self._fail(path, rejects, reason)
        except (SendingFailed, OSError) as error:
            self.tell(f"{path.name}: later: {error}")
        except Exception as error:  # a fault of a reader must not hold up the files behind it
            self._fail(path, rejects, _fault(error))
        rejects.unlink(missing_ok=True)

    def _import(self, path: Path, stamp: Stamp, drop: Drop, rejects: Path) -> None:
        digest = taking.digest(path)
        known = self.checkpoint.taken(digest, drop.format, drop.source)
        if known is None:
            told = self._send(path, drop, rejects)
            if _stamp(path) != stamp:
                self.tell(f"{path.name}: it was changed while it was read, and is taken again")
                return
            self.checkpoint.take(digest, drop.format, drop.source, told, drop.series)
        moved = self._move(path, self.path / "done" / self.clock.today().isoformat())
        self.checkpoint.moved(drop.series, digest, moved)
        self._account(moved, rejects, drop, known or told, repeated=known is not None)

    def _send(self, path: Path, drop: Drop, rejects: Path) -> Taken:
        if not path.stat().st_size:
            raise NotTaken("Berkas kosong.", "The file is empty.")
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        previous = self.checkpoint.last_file(drop.series)
        about = About(drop.source, min(written, self.clock.now()), self.means.secret, previous, drop.options)
        summary = taking.take([path], drop.format, about, self.means, drop.key, rejects)
        return Taken(path.name, self.clock.now(), taking.account(summary))

    def _account(self, moved: Path, rejects: Path, drop: Drop, told: Taken, *, repeated: bool) -> None:
        result = "already imported" if repeated else "imported"
        content: dict[str, Any] = {
            "file": moved.name,
            "result": result,
            "format": drop.format,
            "source": drop.source,
            "imported_as": told.name,
            "imported_at": told.taken.isoformat(),
            **told.account,
        }
        _write(moved, "account.json", json.dumps(content, indent=2, ensure_ascii=False))
        _keep_rejects(moved, rejects)
        counts = f"{told.account['accepted']} events accepted, {told.account['rejected']} rows rejected"
        self.tell(f"{moved.name}: {result} ({counts})")

    def _fail(self, path: Path, rejects: Path, reason: NotTaken) -> None:
        moved = self._move(path, self.path / "failed")
        _write(moved, "reason.txt", f"{reason.indonesian}\n\n{reason.english}\n")
        _keep_rejects(moved, rejects)
        self.tell(f"{moved.name}: failed: {reason.english}")

    def _move(self, path: Path, into: Path) -> Path:
        into.mkdir(parents=True, exist_ok=True)
        target, number = into / path.name, 1
        while target.exists():
            number += 1
            target = into / f"{path.stem}-{number}{path.suffix}"
        return path.rename(target)


def _is_unfinished(name: str) -> bool:
    return any(fnmatch.fnmatch(name.lower(), pattern) for pattern in _UNFINISHED)


def _stamp(path: Path) -> Stamp:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _write(beside: Path, ending: str, text: str) -> None:
    beside.with_name(f"{beside.name}.{ending}").write_text(text, encoding="utf-8")


def _keep_rejects(moved: Path, rejects: Path) -> None:
    if rejects.is_file() and rejects.stat().st_size:
        rejects.rename(moved.with_name(f"{moved.name}.rejects.jsonl"))


def _fault(error: Exception) -> NotTaken:
    # What an unforeseen error says may repeat the file, which may name persons.
    name = type(error).__name__
    return NotTaken(
        f"Berkas tidak dapat dibaca ({name}). Periksa formatnya, atau laporkan kepada pengelola.",
        f"The file cannot be read ({name}). Check its format, or report it to the operators.",
    )
