"""The kinds of list that can be read: a file in `kinds/` for each, with its fields and their column names."""

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from shared.events.data import Bilingual

FOLDER = Path(__file__).parent / "kinds"
FieldType = Literal[
    "text",
    "code",
    "nik",
    "npwp",
    "nib",
    "npp",
    "unit",
    "kbli",
    "region",
    "year",
    "date",
    "month",
    "rupiah",
    "count",
    "programmes",
    "flag",
    "choice",
    "ignored",
]


class Field(Struct, frozen=True, forbid_unknown_fields=True):
    """What a column may say. `label` heads it in the template, `headers` are other names it is known by.

    `default` and `choices` are in the words of a cell. An `ignored` field is recognised so that nothing else
    is taken for it, and never sent.
    """

    name: str
    label: str
    type: FieldType
    note: Bilingual
    headers: tuple[str, ...]
    example: str | int = ""
    required: bool = False
    default: str | None = None
    choices: dict[str, tuple[str, ...]] = {}


class Kind(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of list."""

    name: str
    title: Bilingual
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((field for field in self.fields if field.name == name), None)


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by its name."""
    found = [
        msgspec.yaml.decode(path.read_bytes(), type=Kind, strict=False)
        for path in sorted(FOLDER.glob("*.yaml"))
    ]
    return {kind.name: kind for kind in found}
