"""Imports OCDS files: what each contracting process says of its award, amendments, end and payments."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from patuh.importing.ocds import mapping
from patuh.importing.ocds.compiling import Process, key_of, processes
from patuh.importing.ocds.reading import read_file
from patuh.importing.outcomes import Mapped, Outcome, Rejected, Skipped, Unusable

MERGED = "told together with a later release of the process"


def read_events(path: Path, *, source: str | None = None) -> Iterator[Outcome]:
    """The outcomes of one file, as of several."""
    return read_all([path], source=source)


def read_all(paths: Iterable[Path], *, source: str | None = None) -> Iterator[Outcome]:
    """One outcome for each release, record or unreadable piece of all files; no network.

    The same files give the same events. Releases come when all files are read, the last read of each process
    with the events of all. Raises OSError when a file cannot be opened.
    """
    for process in processes(chain.from_iterable(map(read_file, paths))):
        if isinstance(process, Rejected):
            yield process
        else:
            yield from (Skipped(place, key_of(process.ocid), MERGED) for place in process.places[:-1])
            yield _outcome(process, source)


def _outcome(process: Process, source: str | None) -> Outcome:
    place, key, defects = process.places[-1], key_of(process.ocid), list(process.defects)
    try:
        return Mapped(mapping.read_events(process, source, defects.append), tuple(defects))
    except mapping.NothingToTell as reason:
        return Skipped(place, key, str(reason), tuple(defects))
    except Unusable as error:
        return error.at(place, key)
