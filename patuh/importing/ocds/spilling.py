"""Releases put aside until all files are read: only then is a process known to be whole.

They lie in a temporary database that SQLite keeps in a file without a name, beyond a few megabytes, and
that is gone with the process, whatever ends it. Memory stays constant.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from patuh.importing.outcomes import Place

_CACHE_KIB = 32 * 1024
_TABLE = """
CREATE TABLE aside (
    number INTEGER PRIMARY KEY, ocid TEXT, file TEXT, line INTEGER, item TEXT, defects BLOB, content BLOB
)
"""
_ADD = "INSERT INTO aside (ocid, file, line, item, defects, content) VALUES (?, ?, ?, ?, ?, ?)"
_ONE = "SELECT file, line, item, defects, content FROM aside WHERE ocid = ? ORDER BY number"


@dataclass(frozen=True, slots=True)
class Aside:
    """A prepared release, its place, and the defects met while it was prepared."""

    place: Place
    content: dict[str, Any]
    defects: list[str]


class Spill:
    """Releases in the order they were read, given back process by process."""

    def __init__(self) -> None:
        # An empty name: a private file, made when the cache is full and already deleted.
        self._file = sqlite3.connect("", isolation_level=None)
        for setting in (f"cache_size = -{_CACHE_KIB}", "journal_mode = OFF", "synchronous = OFF"):
            self._file.execute(f"PRAGMA {setting}")
        self._file.execute(_TABLE)
        self._file.execute("BEGIN")
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder().decode

    def add(self, ocid: str, aside: Aside) -> None:
        """Put one aside. Raises UnicodeEncodeError for text that is none (a lone surrogate), and OSError."""
        place = aside.place
        defects = self._encode(aside.defects) if aside.defects else None
        row = (ocid, place.file, place.line, place.item, defects, self._encode(aside.content))
        self._run(_ADD, row)

    def processes(self) -> Iterator[tuple[str, Iterator[Aside]]]:
        """Each ocid, in the order of their first releases, with its releases in the order they were read."""
        self._run("CREATE INDEX by_ocid ON aside (ocid)")
        ocids = self._run("SELECT ocid FROM aside GROUP BY ocid ORDER BY MIN(number)")
        for (ocid,) in ocids:
            yield ocid, self._releases(ocid)

    def _run(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._file.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise OSError(f"cannot put releases aside ({error}): is there room in SQLITE_TMPDIR?") from error

    def close(self) -> None:
        self._file.close()

    def _releases(self, ocid: str) -> Iterator[Aside]:
        for file, line, item, defects, content in self._run(_ONE, (ocid,)):
            told = self._decode(defects) if defects else []
            yield Aside(Place(file, line, item), self._decode(content), told)
