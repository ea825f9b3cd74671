"""Templates to be filled: one sheet for the data, with an example, and one that explains each column."""

import csv
import io
from pathlib import Path
from typing import Literal, cast

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from patuh.importing.registers.kinds import Field, Kind

Format = Literal["xlsx", "csv"]
# Numbers that are names, and dates, which a spreadsheet would turn into something else.
_AS_TEXT = {"code", "nik", "npwp", "nib", "npp", "unit", "kbli", "region", "year", "month", "date"}
_LAST_ROW = 10_000
_YES_NO = ("ya", "tidak")
_EXAMPLE = {
    "id": "Baris 2 adalah contoh dengan data rekaan: hapus sebelum mengirim. Jangan ubah judul kolom.",
    "en": "Row 2 is an example with made-up data: delete it before you send. Leave the column names alone.",
}


def write_template(kind: Kind, path: Path, how: Format) -> None:
    """Write the template of a kind. Raises OSError."""
    if how == "csv":
        path.write_bytes(_csv(kind))
    else:
        _workbook(kind).save(path)


def _csv(kind: Kind) -> bytes:
    """With semicolons and a mark for UTF-8, as a spreadsheet in Indonesian opens it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(field.label for field in kind.fields)
    writer.writerow(field.example for field in kind.fields)
    return text.getvalue().encode("utf-8-sig")


def _workbook(kind: Kind) -> Workbook:
    book = Workbook()
    data = cast(Worksheet, book.active)
    data.title = "Data"
    data.freeze_panes = "A2"
    for number, field in enumerate(kind.fields, start=1):
        _column(data, number, field)
    _notes(book.create_sheet("Petunjuk"), kind)
    return book


def _column(sheet: Worksheet, number: int, field: Field) -> None:
    letter = get_column_letter(number)
    head = sheet.cell(1, number, field.label)
    head.font = Font(bold=True)
    head.fill = PatternFill("solid", fgColor="FFF2CC" if field.required else "EDEDED")
    example = sheet.cell(2, number, field.example if field.example != "" else None)
    sheet.column_dimensions[letter].width = max(14, len(field.label) + 4)
    if field.type in _AS_TEXT:
        sheet.column_dimensions[letter].number_format = "@"
        example.number_format = "@"
    elif field.type in ("rupiah", "count"):
        sheet.column_dimensions[letter].number_format = "0"
    if allowed := _allowed(field):
        choice = DataValidation("list", formula1=f'"{",".join(allowed)}"', allow_blank=True)
        choice.showErrorMessage = True
        choice.add(f"{letter}2:{letter}{_LAST_ROW}")
        sheet.add_data_validation(choice)


def _allowed(field: Field) -> tuple[str, ...]:
    return _YES_NO if field.type == "flag" else tuple(words[0] for words in field.choices.values())


def _notes(sheet: Worksheet, kind: Kind) -> None:
    sheet.append([kind.title.id, "", "", kind.title.en])
    sheet.append([_EXAMPLE["id"], "", "", _EXAMPLE["en"]])
    sheet.append([])
    sheet.append(["Kolom / Column", "Wajib / Required", "Penjelasan", "Explanation"])
    for cell in (sheet["A1"], sheet["D1"], *sheet[4]):
        cell.font = Font(bold=True)
    for field in kind.fields:
        required = "ya / yes" if field.required else "tidak / no"
        sheet.append([field.label, required, field.note.id, field.note.en])
    for letter, width in zip("ABCD", (28, 18, 70, 70), strict=True):
        sheet.column_dimensions[letter].width = width
