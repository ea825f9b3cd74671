"""Lists for tests: written to files, read to outcomes, their events screened as the gateway does."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from msgspec import Raw
from openpyxl import Workbook

from patuh.importing.outcomes import Mapped, Outcome, PlacedEvent, Rejected, Skipped
from patuh.importing.registers import About, read
from patuh.importing.registers.kinds import kinds
from services.gateway.intake import open_member
from services.gateway.privacy import Pseudonyms
from services.gateway.screening import screen
from shared.events import Event

NOW = datetime(2025, 6, 20, 3, tzinfo=UTC)
NIK, WOMAN, THIRD = "9972010101900001", "9972014107900001", "9972010203850012"
FIRM = "0012345674405000"
_DOOR = Pseudonyms("a key of tests, at least 32 characters long")


def about(kind: str, **given: Any) -> About:
    told: dict[str, Any] = {"source": "urn:test:list", "said_at": NOW, "as_of": None, "secret": b"s" * 32}
    return About(kinds()[kind], **told | given)


def write_csv(path: Path, *lines: str, encoding: str = "utf-8", end: str = "\n") -> Path:
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


def write_xlsx(path: Path, rows: Iterable[Sequence[Any]], sheet: str = "Data") -> Path:
    book = Workbook()
    assert book.active is not None
    book.active.title = sheet
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def outcomes(path: Path | list[Path], kind: str, **given: Any) -> list[Outcome]:
    paths = path if isinstance(path, list) else [path]
    return list(read(paths, about(kind, **given)))


def events(found: Iterable[Outcome]) -> list[PlacedEvent]:
    return [event for outcome in found if isinstance(outcome, Mapped) for event in outcome.events]


def rejects(found: Iterable[Outcome]) -> list[tuple[int | None, str, str]]:
    """Line, column and rule of what was rejected."""
    return [(o.place.line, o.field, o.rule) for o in found if isinstance(o, Rejected)]


def skipped(found: Iterable[Outcome]) -> list[tuple[int | None, str]]:
    return [(o.place.line, o.reason) for o in found if isinstance(o, Skipped)]


def short(event: PlacedEvent) -> str:
    return str(event["type"]).removeprefix("id.patuh.").removesuffix(".v1")


def screened(event: PlacedEvent) -> Event:
    """The event as the gateway would publish it. Raises BadEvent when it would not."""
    named = dict(event) | {"id": f"{event.key}@1"}
    return screen(open_member(Raw(json.dumps(named).encode())), _DOOR, NOW)


def day(text: str) -> date:
    return date.fromisoformat(text)
