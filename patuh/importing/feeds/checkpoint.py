"""How far feeds have come: which files were taken, and where each pull goes on.

A row is written only after the gateway has answered for everything; a crash before that repeats work that
has no effect twice. No row holds anything of a file but its digest.
"""

import sqlite3
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from msgspec import Struct

_TABLES = """
CREATE TABLE IF NOT EXISTS file_taken (
    digest TEXT, format TEXT, source TEXT, name TEXT NOT NULL, taken TEXT NOT NULL, account TEXT NOT NULL,
    PRIMARY KEY (digest, format, source));
CREATE TABLE IF NOT EXISTS last_file (
    series TEXT PRIMARY KEY, digest TEXT NOT NULL, path TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pulled (feed TEXT PRIMARY KEY, progress TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS begun (feed TEXT, digest TEXT, as_of TEXT NOT NULL, PRIMARY KEY (feed, digest));
"""


class Taken(Struct, frozen=True):
    """A file that was imported before."""

    name: str
    taken: datetime
    account: dict[str, Any]


class Progress(Struct):
    """How a pull stands. `what` tells the feed it belongs to: another url, format or source begins anew.

    `url` is the address that `etag` and `last_modified` are about, as written in the configuration.
    """

    what: str
    cursor: str | None = None
    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    last_try: datetime | None = None
    last_success: datetime | None = None
    next_try: datetime | None = None
    failures: int = 0
    error: str | None = None
    account: dict[str, Any] | None = None


_progress = msgspec.json.Decoder(Progress)


class Checkpoint:
    """The file of all this, beside the memory of the importers."""

    def __init__(self, path: Path) -> None:
        # An address in it may hold a token that the server handed out.
        path.touch(mode=0o600)
        self._file = sqlite3.connect(path, timeout=60)
        self._file.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._file.close()

    def taken(self, digest: str, kind: str, source: str) -> Taken | None:
        """The file with this content that was imported before, in this format for this source."""
        sql = "SELECT name, taken, account FROM file_taken WHERE digest = ? AND format = ? AND source = ?"
        row = self._row(sql, digest, kind, source)
        return Taken(row[0], datetime.fromisoformat(row[1]), msgspec.json.decode(row[2])) if row else None

    def take(self, digest: str, kind: str, source: str, told: Taken, series: str) -> None:
        """The gateway has answered for everything in this file: it is now the last of its series."""
        account = msgspec.json.encode(told.account).decode()
        row = (digest, kind, source, told.name, told.taken.isoformat(), account)
        with self._file:
            self._file.execute("REPLACE INTO file_taken VALUES (?, ?, ?, ?, ?, ?)", row)
            self._file.execute("REPLACE INTO last_file VALUES (?, ?, '')", (series, digest))

    def moved(self, series: str, digest: str, path: Path) -> None:
        """Where that file is now. One that is not the last of its series any more is not looked for."""
        with self._file:
            sql = "UPDATE last_file SET path = ? WHERE series = ? AND digest = ?"
            self._file.execute(sql, (str(path.absolute()), series, digest))

    def keep_last(self, series: str, digest: str, path: Path) -> None:
        """From now on this is the file that the next one of the series is compared with."""
        with self._file:
            row = (series, digest, str(path.absolute()))
            self._file.execute("REPLACE INTO last_file VALUES (?, ?, ?)", row)

    def last_file(self, series: str) -> Path | None:
        """The file taken before in this series, if it is still where it was put."""
        row = self._row("SELECT path FROM last_file WHERE series = ?", series)
        return Path(row[0]) if row and Path(row[0]).is_file() else None

    def progress(self, feed: str, what: str) -> Progress:
        """How a feed stands; a new or changed one has done nothing yet."""
        row = self._row("SELECT progress FROM pulled WHERE feed = ?", feed)
        found = _progress.decode(row[0]) if row else None
        return found if found and found.what == what else Progress(what)

    def put_progress(self, feed: str, progress: Progress) -> None:
        with self._file:
            told = msgspec.json.encode(progress).decode()
            self._file.execute("REPLACE INTO pulled VALUES (?, ?)", (feed, told))

    def begin(self, feed: str, digest: str, now: datetime) -> datetime:
        """Since when these bytes are known: a repeated import must say the same time, or it conflicts."""
        with self._file:
            self._file.execute(
                "INSERT OR IGNORE INTO begun VALUES (?, ?, ?)", (feed, digest, now.isoformat())
            )
        row = self._row("SELECT as_of FROM begun WHERE feed = ? AND digest = ?", feed, digest)
        assert row is not None
        return datetime.fromisoformat(row[0])

    def end(self, feed: str) -> None:
        """What was begun for a feed is done."""
        with self._file:
            self._file.execute("DELETE FROM begun WHERE feed = ?", (feed,))

    def _row(self, sql: str, *values: str) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._file.execute(sql, values).fetchone()
        return row
