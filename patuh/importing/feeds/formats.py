"""Formats by name: what reads a file that came by a watched folder or a pull."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from patuh.importing import lkpp, registers
from patuh.importing.feeds import cloudevents
from patuh.importing.ocds.events import read_all
from patuh.importing.outcomes import Outcome, Unusable
from patuh.importing.registers.about import keep_secret, said_at
from patuh.importing.registers.columns import read_mapping
from patuh.importing.registers.kinds import Kind, kinds
from patuh.importing.registers.previewing import guessed

Options = dict[str, Any]
LISTS = "list:"
JOINED = ("lkpp",)
_SURE = 100.0


@dataclass(frozen=True)
class About:
    """What a file does not say of itself: whose it is, of when, the one taken before it, and what the
    configuration adds. `secret`: the file of the secret that names persons in ids.
    """

    source: str
    as_of: datetime
    secret: Path
    previous: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


Reader = Callable[[Sequence[Path], About], Iterator[Outcome]]


class UnknownFormat(ValueError):
    """No reader has this name."""


def reader(name: str) -> Reader:
    """The reader of a format. Raises UnknownFormat, with the names that there are."""
    try:
        return _READERS[name]
    except KeyError:
        raise UnknownFormat(f"is none of {', '.join(_READERS)}") from None


def _cloudevents(paths: Sequence[Path], about: About) -> Iterator[Outcome]:
    return cloudevents.read(paths)


def _ocds(paths: Sequence[Path], about: About) -> Iterator[Outcome]:
    return read_all(paths, source=about.source)


def _lkpp(paths: Sequence[Path], about: About) -> Iterator[Outcome]:
    return lkpp.read(paths, lkpp.About(about.as_of, about.source))


def _list(kind: Kind, paths: Sequence[Path], about: About) -> Iterator[Outcome]:
    """Columns by a confirmed mapping (`options: {mapping: FILE}`), or those of the template as they are."""
    told = registers.About(
        kind,
        about.source,
        said_at(paths, None, about.as_of),
        None,
        keep_secret(about.secret),
        read_mapping(Path(about.options["mapping"])) if "mapping" in about.options else None,
        about.options.get("sheet"),
        about.previous if kind.name == "sipp" else None,
    )
    for path in paths if told.mapping is None else ():
        _check_columns(path, told)
    yield from registers.read(paths, told)


def _check_columns(path: Path, told: registers.About) -> None:
    """Nobody is there to confirm a guess, or that a column may be left out. Raises Unusable."""
    unsure = next((c for c in guessed(path, told)[1] if c.name and c.score < _SURE), None)
    if unsure:
        raise Unusable(
            unsure.shown,
            "not a column of the template: name a `mapping` (`patuh import list --save-mapping`)",
        )


_READERS: dict[str, Reader] = {
    "cloudevents": _cloudevents,
    "ocds": _ocds,
    "lkpp": _lkpp,
    **{f"{LISTS}{name}": partial(_list, kind) for name, kind in kinds().items()},
}
