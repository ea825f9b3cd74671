"""Imports OCDS 1.1 files: one `project.awarded` event for each contracting process with an active award."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from patuh.importing.ocds.compiling import Process, processes
from patuh.importing.ocds.mapping import NotAwarded, award_event
from patuh.importing.ocds.reading import read_file
from patuh.importing.outcomes import Mapped, Outcome, Rejected, Skipped, Unusable

MERGED = "told together with a later release of the process"


def read_events(path: Path, *, source: str | None = None) -> Iterator[Outcome]:
    """One outcome for each release, record or unreadable piece of the file, in its order; no network.

    The same file gives the same events. Raises OSError when it cannot be opened.
    """
    for process in processes(read_file(path)):
        if isinstance(process, Rejected):
            yield process
        else:
            yield from (Skipped(place, process.ocid, MERGED) for place in process.places[:-1])
            yield _outcome(process, source)


def _outcome(process: Process, source: str | None) -> Outcome:
    place, defects = process.places[-1], list(process.defects)
    try:
        return Mapped((award_event(process, source, defects),), tuple(defects))
    except NotAwarded as reason:
        return Skipped(place, process.ocid, str(reason))
    except Unusable as error:
        return error.at(place, process.ocid)


def read_all(paths: Iterable[Path], *, source: str | None = None) -> Iterator[Outcome]:
    """The outcomes of several files, one after another."""
    for path in paths:
        yield from read_events(path, source=source)
