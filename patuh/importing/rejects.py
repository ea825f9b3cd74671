"""The reject file: JSON Lines that say where, of what, which field and which rule."""

from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from patuh.importing.outcomes import Place, Rejected


class Line(msgspec.Struct, omit_defaults=True):
    """One reject. `by`: who refused it; `key`: its name there; `id`: of the event it became."""

    file: str
    field: str
    rule: str
    by: str = "import"
    line: int | None = None
    item: str | None = None
    key: str | None = None
    id: str | None = None


class RejectFile:
    """Written as the import runs, replacing the one of the run before; no path, no file."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("wb") if path else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def add(self, rejected: Rejected, *, by: str = "import", event_id: str | None = None) -> None:
        place: Place = rejected.place
        line = Line(
            file=place.file,
            line=place.line,
            item=place.item,
            key=rejected.key,
            field=rejected.field,
            rule=rejected.rule,
            by=by,
            id=event_id,
        )
        if self._file:
            self._file.write(msgspec.json.encode(line) + b"\n")
