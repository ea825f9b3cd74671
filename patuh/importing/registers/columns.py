"""Which column says what: names matched loosely, a guess to be confirmed, the mapping kept of it."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from rapidfuzz import fuzz, process

from patuh.importing.outcomes import Unusable
from patuh.importing.registers.kinds import Field, Kind, kinds
from shared.identifiers import NIK_ANYWHERE

# Below this a likeness is chance ("tanggal lahir" is 92 like "tanggal akhir"); rivals must be so far apart.
THRESHOLD, MARGIN = 93.0, 5.0
_FILLER = {"no", "nomor", "number", "of", "the", "dan", "and", "rp", "idr"}
_SHORT = {"tgl": "tanggal", "jml": "jumlah", "thn": "tahun", "bln": "bulan", "prsh": "perusahaan", "kab": ""}
_LONGEST = 100
_MANY_DIGITS = re.compile(r"\d{6}")


class Mapping(Struct, frozen=True, forbid_unknown_fields=True):
    """A confirmed mapping, as kept in a YAML file.

    `columns` is column name -> field, `constants` field -> what every row would say, in the words of a cell.
    `dates` is the order of day and month where a date is written in numbers with the year last.
    """

    kind: str
    columns: dict[str, str]
    constants: dict[str, str] = {}
    dates: Literal["DMY", "MDY"] = "DMY"


class Column(Struct, frozen=True):
    """A column of a file: its place from 0, its name as written, the field it says or None, how alike."""

    index: int
    name: str
    field: Field | None = None
    score: float = 0.0

    @property
    def shown(self) -> str:
        """The name, unless it may be a person's number."""
        hidden = NIK_ANYWHERE.search(self.name) or _MANY_DIGITS.search(self.name)
        return f"column {self.index + 1}" if hidden else self.name


def normalised(name: str) -> str:
    """A column name without case, accents, signs, parentheses and filler: `No. NPWP (16 digit)` is `npwp`."""
    plain = unicodedata.normalize("NFKD", re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", name.casefold()))
    words = re.findall(r"[a-z0-9]+", "".join(char for char in plain if not unicodedata.combining(char)))
    return " ".join(word for word in (_SHORT.get(w, w) for w in words) if word and word not in _FILLER)


def guess(names: Sequence[str], kind: Kind) -> list[Column]:
    """The columns with the fields their names are for; one like two fields, or two for one, says None.

    A name that is a field's own wins over names that are only like it.
    """
    found = [_likeliest(index, name, kind) for index, name in enumerate(names)]
    return [column if _is_best(column, found) else _unsaid(column) for column in found]


def _unsaid(column: Column) -> Column:
    return Column(column.index, column.name)


def _likeliest(index: int, name: str, kind: Kind) -> Column:
    found, score = _field_for(normalised(name[:_LONGEST]), kind.name)
    return Column(index, name, kind.field(found) if found else None, score)


@lru_cache(maxsize=65_536)  # many rows are looked at before the row of column names is found
def _field_for(plain: str, kind: str) -> tuple[str | None, float]:
    """The field that the name is for, and how alike; None when no field is much liker than all others."""
    if not plain:
        return None, 0.0
    known = _known(kind)
    like: dict[str, float] = {}
    for name, score, _ in process.extract(
        plain, list(known), scorer=fuzz.token_sort_ratio, score_cutoff=THRESHOLD - MARGIN, limit=None
    ):
        like[known[name]] = max(score, like.get(known[name], 0.0))
    if not like:
        return None, 0.0
    best = max(like, key=lambda field: like[field])
    rival = max((score for field, score in like.items() if field != best), default=0.0)
    sure = like[best] >= THRESHOLD and (like[best] - rival >= MARGIN or like[best] == 100 > rival)
    return (best, like[best]) if sure else (None, 0.0)


@cache
def _known(kind: str) -> dict[str, str]:
    """Every name of every field of a kind, normalised; no two fields share one."""
    return {
        normalised(name): field.name
        for field in kinds()[kind].fields
        for name in (field.label, field.name.replace("_", " "), *field.headers)
    }


def _is_best(column: Column, found: list[Column]) -> bool:
    rivals = [other for other in found if other is not column and other.field == column.field]
    return column.field is None or all(column.score - rival.score >= MARGIN for rival in rivals)


def mapped(names: Sequence[str], kind: Kind, mapping: Mapping) -> list[Column]:
    """The columns of a file by a mapping. Raises Unusable about a column that is not there, or is twice."""
    wanted = {normalised(name): (name, kind.field(field)) for name, field in mapping.columns.items()}
    found = [Column(i, name, wanted.get(normalised(name), ("", None))[1]) for i, name in enumerate(names)]
    for plain, (name, _) in wanted.items():
        count = sum(normalised(column.name) == plain for column in found)
        if count != 1:
            rule = (
                "column of the mapping that is not in the file" if not count else "two columns of this name"
            )
            raise Unusable(name, rule)
    return found


def check_mapping(mapping: Mapping) -> Mapping:
    """The mapping itself. Raises Unusable when it names a field that is not, or says one twice."""
    kind = kinds().get(mapping.kind)
    if kind is None:
        raise Unusable("kind", f"one of {', '.join(kinds())}")
    said = [*mapping.columns.values(), *mapping.constants]
    for name in said:
        if kind.field(name) is None:
            raise Unusable(
                name[:60], f"no field of {kind.name}; its fields: {', '.join(f.name for f in kind.fields)}"
            )
        if said.count(name) > 1:
            raise Unusable(name, "said by two columns, or by a column and a constant")
    if len({normalised(name) for name in mapping.columns}) < len(mapping.columns):
        raise Unusable("columns", "two names that differ only in case or signs")
    return mapping


def read_mapping(path: Path) -> Mapping:
    """A mapping from its file. Raises Unusable and OSError."""
    try:
        mapping = msgspec.yaml.decode(path.read_bytes(), type=Mapping, strict=False)
    except msgspec.ValidationError as error:
        raise Unusable.because(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unusable("mapping", "is no YAML") from error
    return check_mapping(mapping)


def write_mapping(path: Path, mapping: Mapping) -> None:
    """Keep a confirmed mapping for next time. Raises OSError."""
    path.write_bytes(msgspec.yaml.encode(mapping))


def as_mapping(columns: Sequence[Column], kind: Kind, constants: dict[str, str] | None = None) -> Mapping:
    """The guess as a mapping; raises Unusable when it cannot be one."""
    said = {column.name: column.field.name for column in columns if column.field}
    return check_mapping(Mapping(kind.name, said, constants or {}))
