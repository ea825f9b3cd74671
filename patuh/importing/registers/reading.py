"""Reads lists of one kind: an outcome for each row of data, and at the end what only the whole list says."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from patuh.importing.outcomes import Outcome, Place, Rejected, Unusable
from patuh.importing.registers.about import About
from patuh.importing.registers.employers import Employers
from patuh.importing.registers.projects import EjakonPayments, EjakonProjects, Grants
from patuh.importing.registers.rows import Row, Rows
from patuh.importing.registers.sheets import open_sheet
from patuh.importing.registers.sipp import Leavers, Sipp
from patuh.importing.registers.staff import NonAsn, Vulnerable
from patuh.importing.registers.telling import Teller

_TELLERS: dict[str, type[Teller]] = {
    "employers": Employers,
    "sipp": Sipp,
    "ejakon-projects": EjakonProjects,
    "ejakon-payments": EjakonPayments,
    "p2rw": Grants,
    "non-asn": NonAsn,
    "vulnerable": Vulnerable,
}


def read(paths: Iterable[Path], about: About) -> Iterator[Outcome]:
    """The outcomes of several files of one kind as one list; no network, nothing is sent.

    A file that is no such list is one Rejected without a line. The same files give the same events. Raises
    OSError when a file cannot be opened.
    """
    teller = _TELLERS[about.kind.name](about)
    for path in paths:
        yield from _told(path, teller)
    yield from teller.end()
    if about.previous and isinstance(teller, Sipp):
        yield from _left(about.previous, teller)


def _told(path: Path, teller: Teller) -> Iterator[Outcome]:
    try:
        for row in _rows(path, teller.about):
            if isinstance(row, Row):
                outcome = _outcome(row, teller)
                if outcome:
                    yield outcome
            else:
                teller.doubt = teller.doubt or isinstance(row, Rejected)
                yield row
    except Unusable as error:
        teller.doubt = True
        yield error.at(Place(str(path)), None)


def _rows(path: Path, about: About) -> Iterator[Outcome | Row]:
    sheet = open_sheet(path, about.kind, about.sheet, about.mapping)
    yield from Rows(sheet, about)


def _outcome(row: Row, teller: Teller) -> Outcome | None:
    teller.hear(row)
    try:
        row.check(teller.about.kind)
        return teller.tell(row)
    except Unusable as error:
        teller.lost(row)
        return row.rejected(error)


def _left(path: Path, now: Sipp) -> Iterator[Outcome]:
    leavers = Leavers(now)
    try:
        month = leavers.month()
        for row in _rows(path, now.about):
            outcome = leavers.outcome(row, month) if isinstance(row, Row) else row
            if outcome:
                yield outcome
    except Unusable as error:
        yield error.at(Place(str(path)), None)
