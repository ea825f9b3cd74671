"""What an import would do, before anything is sent."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from patuh.importing.outcomes import Rejected
from patuh.importing.registers.about import About
from patuh.importing.registers.columns import Column
from patuh.importing.registers.reading import read
from patuh.importing.registers.sheets import open_sheet
from patuh.importing.summary import Summary

FIRST_ERRORS = 10


@dataclass
class Preview:
    """Counts of rows and events by type, and the first rejects; nothing of them was sent."""

    summary: Summary = field(default_factory=Summary)
    rejects: list[Rejected] = field(default_factory=list)


def preview(paths: Iterable[Path], about: About, first: int = FIRST_ERRORS) -> Preview:
    """Read everything and count it. Raises OSError."""
    found = Preview()
    for outcome in read(paths, about):
        found.summary.add(outcome)
        if isinstance(outcome, Rejected) and len(found.rejects) < first:
            found.rejects.append(outcome)
    return found


def guessed(path: Path, about: About) -> tuple[int, list[Column]]:
    """The line of the column names, and what each column is taken for. Raises Unusable and OSError."""
    sheet = open_sheet(path, about.kind, about.sheet, about.mapping)
    return sheet.head, sheet.columns
