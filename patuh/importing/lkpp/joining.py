"""Rows of many files, gathered by package; never on a disk, because they hold NIK of persons who won."""

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import msgspec

from patuh.importing.lkpp.rows import Row
from patuh.importing.outcomes import Place

_rows = msgspec.msgpack.Decoder(Row)
_TABLE = "CREATE TABLE row (package TEXT, number INTEGER, file TEXT, line INTEGER, item TEXT, content BLOB)"
# Nothing is sorted on a disk either.
_SETTINGS = "PRAGMA temp_store = MEMORY; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"


class Placed(NamedTuple):
    """A row, where it was read, and its number in the order of reading."""

    row: Row
    place: Place
    number: int


class Packages:
    """Keeps rows as small blobs (some 300 bytes each) until all files are read."""

    def __init__(self) -> None:
        self._file = sqlite3.connect(":memory:")
        self._file.executescript(_SETTINGS + _TABLE)
        self._count = 0
        self._forms: dict[str, str] = {}

    def add(self, row: Row, place: Place) -> None:
        self._count += 1
        if row.form and row.number_of_winner:
            # Once a person, always: so a number that is ever told to be a person's is kept back.
            known = self._forms.get(row.number_of_winner)
            self._forms[row.number_of_winner] = "person" if known == "person" else row.form
        content = msgspec.msgpack.encode(row)
        values = (row.key, self._count, place.file, place.line, place.item, content)
        self._file.execute("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?)", values)

    def __iter__(self) -> Iterator[tuple[str, list[Placed]]]:
        """Each package with its rows in the order they were read; packages in the order of their codes."""
        self._file.execute("CREATE INDEX IF NOT EXISTS of_package ON row (package, number)")
        found = self._file.execute("SELECT * FROM row ORDER BY package, number")
        for key, rows in groupby(found, key=lambda row: str(row[0])):
            yield key, [Placed(self._row(r[5]), Place(r[2], r[3], r[4]), r[1]) for r in rows]

    def _row(self, content: bytes) -> Row:
        """With the form of its winner, where another package tells it."""
        row = _rows.decode(content)
        row.form = row.form or self._forms.get(row.number_of_winner or "")
        return row

    def close(self) -> None:
        self._file.close()
