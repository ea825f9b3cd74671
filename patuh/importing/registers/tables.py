"""Spreadsheets as rows: CSV in any of its dialects and XLSX, read as streams."""

import contextlib
import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from patuh.importing.outcomes import Unusable

Cell = str | int | float | date | datetime | None
Line = tuple[int, list[Cell]]
Suits = Callable[[list[Line]], float]
DELIMITERS = ",;\t|"
_SAMPLE_LINES = 40
LONGEST_CELL = 100_000
# A cell of so many lines is no cell but the rest of the file after a quotation mark that nobody closed.
_MOST_LINES_IN_ROW = 25
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def lines(path: Path, sheet: str | None, suits: Suits) -> Iterator[Line]:
    """Every line of a table that is not blank, with its number from 1.

    `suits` says of the first lines how well they can be understood; the separator of a CSV is chosen by it.
    Raises Unusable when it is no table, or stops being one on the way; OSError.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        raise Unusable("", "empty: there is no table in it")
    if head == _OLE:
        raise Unusable("", "an old .xls, or protected by a password: save it as .xlsx without a password")
    read = _workbook(path, sheet) if head[:2] == _ZIP else _text(path, suits)
    return ((number, cells) for number, cells in read if any(cell not in (None, "") for cell in cells))


def _workbook(path: Path, sheet: str | None) -> Iterator[Line]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            yield from _rows(book, sheet)
        finally:
            book.close()
    except Unusable:
        raise
    except OSError:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ParseError, zlib.error, EOFError) as error:
        raise Unusable("", "damaged, or no .xlsx: open it in a spreadsheet and save it as .xlsx") from error
    except (ValueError, TypeError, AttributeError, IndexError, OverflowError, NotImplementedError) as error:
        # openpyxl raises these on parts that no spreadsheet writes.
        raise Unusable("", "a part of the .xlsx cannot be read: save it again as .xlsx") from error


def _rows(book: Any, sheet: str | None) -> Iterator[Line]:
    if sheet is not None and sheet not in book.sheetnames:
        raise Unusable("", f"has no such sheet; its sheets: {', '.join(book.sheetnames)[:200]}")
    found = book[sheet] if sheet is not None else book.worksheets[0]
    # Some programs write a wrong size of the sheet, and rows beyond it would not be read.
    found.reset_dimensions()
    for number, row in enumerate(found.iter_rows(values_only=True), start=1):
        yield number, list(row)


def _text(path: Path, suits: Suits) -> Iterator[Line]:
    encoding = _encoding(path)
    delimiter = _delimiter(path, encoding, suits)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        yield from _parsed(file, delimiter)


def _parsed(file: io.TextIOBase, delimiter: str) -> Iterator[Line]:
    csv.field_size_limit(LONGEST_CELL)
    reader, number = csv.reader(file, delimiter=delimiter), 1
    try:
        for row in reader:
            if reader.line_num - number >= _MOST_LINES_IN_ROW:
                raise Unusable("", f"line {number}: a quotation mark is not closed; the rest was not read")
            yield number, list(row)
            number = reader.line_num + 1
    except csv.Error as error:
        raise Unusable("", f"line {number}: cannot be read as CSV; the rest was not read") from error


def _encoding(path: Path) -> str:
    """UTF-8 when all of it is, else what Windows writes here; a mark at the beginning decides first."""
    with path.open("rb") as file:
        head = file.read(3)
    for mark, encoding in _BOMS.items():
        if head.startswith(mark):
            return encoding
    try:
        with path.open(encoding="utf-8", newline="") as text:
            while text.read(1 << 16):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _delimiter(path: Path, encoding: str, suits: Suits) -> str:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = [line for line in (file.readline(LONGEST_CELL) for _ in range(_SAMPLE_LINES)) if line]
    # `sep=;` on the first line is how a spreadsheet is told.
    if sample and (told := sample[0].strip().lower()).startswith("sep=") and len(told) == 5:
        return told[-1]
    return max(DELIMITERS, key=lambda one: (suits(_sampled(sample, one)), _widest(sample, one)))


def _sampled(sample: list[str], delimiter: str) -> list[Line]:
    found: list[Line] = []
    with contextlib.suppress(Unusable):
        found.extend(_parsed(io.StringIO("".join(sample)), delimiter))
    return found


def _widest(sample: list[str], delimiter: str) -> int:
    return max((line.count(delimiter) for line in sample), default=0)
