"""`patuh import list`: registers and lists as CSV and XLSX."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from msgspec import structs
from rich.table import Table

from patuh.cli.importing import import_and_tell, memory_file, sending
from patuh.cli.options import DEFAULT_DATA, Data, Key, aside, read_date, screen, stop_with, told_plainly
from patuh.cli.template import NAMES, read_kind
from patuh.importing.memory import Memory
from patuh.importing.outcomes import Rejected, Unusable
from patuh.importing.registers import About, preview, read
from patuh.importing.registers.about import keep_secret, said_at
from patuh.importing.registers.columns import (
    Column,
    Mapping,
    as_mapping,
    check_mapping,
    read_mapping,
    write_mapping,
)
from patuh.importing.registers.kinds import Kind
from patuh.importing.registers.previewing import guessed
from shared.clock import SystemClock


@dataclass(frozen=True)
class _Columns:
    """How the user wants the columns settled."""

    mapping: Path | None
    save: Path | None
    yes: bool
    period: str | None


def list_(
    kind: Annotated[Kind, typer.Argument(parser=read_kind, metavar="KIND", help=f"One of {NAMES}.")],
    files: Annotated[list[Path], typer.Argument(help="CSV or XLSX, read as one list.")],
    key: Key = None,
    mapping: Annotated[
        Path | None, typer.Option(help="YAML: column -> field, constants, order of dates.")
    ] = None,
    save_mapping: Annotated[
        Path | None, typer.Option(help="Keep the confirmed columns here for next time.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="The columns as guessed are right.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show columns, counts and errors; send nothing.")
    ] = False,
    previous: Annotated[
        Path | None, typer.Option(help="sipp: last month's list; who is no longer listed is unregistered.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="CloudEvents source; default: urn:patuh:list:KIND.")
    ] = None,
    as_of: Annotated[
        date | None,
        typer.Option(parser=read_date, metavar="DATE", help="The day it speaks of, if its rows name none."),
    ] = None,
    period: Annotated[
        str | None, typer.Option(help="The month (BLTH), where no column says it: 2025-06.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of the XLSX; default: the first.")] = None,
    rejects: Annotated[Path, typer.Option(help="Where to write what could not be taken, and why.")] = Path(
        "rejects.jsonl"
    ),
    data: Data = DEFAULT_DATA,
) -> None:
    """Import a register or a list (daftar): its columns are guessed, shown, and confirmed by you.

    Nothing but changes is sent when a file is imported again. Numbers of persons are replaced by the gateway.

    Examples:

        patuh import list sipp juni.xlsx --previous mei.xlsx --dry-run

        patuh import list vulnerable daftar.csv --save-mapping rentan.yaml --key "$KEY"

        patuh import list vulnerable daftar-baru.csv --mapping rentan.yaml --key "$KEY"
    """
    if not key and not dry_run:
        stop_with("--key (or PATUH_KEY) is needed: make one with `patuh keys create`")
    if previous and kind.name != "sipp":
        stop_with("--previous is for lists of the kind sipp")
    with told_plainly():
        folder = memory_file(data).parent
        about = About(
            kind,
            source or f"urn:patuh:list:{kind.name}",
            said_at(files, as_of, SystemClock().now()),
            as_of,
            keep_secret(folder / "lists.key"),
            sheet=sheet,
            previous=previous,
        )
        confirmed = _settled(files, about, _Columns(mapping, save_mapping, yes or dry_run, period))
        about = replace(about, mapping=confirmed)
        if dry_run:
            sys.exit(_show(files, about))
        with Memory(memory_file(data)) as memory:
            import_and_tell(read(files, about), sending(key, data, dry_run), memory, rejects, dry_run)


def _settled(files: Sequence[Path], about: About, wish: _Columns) -> Mapping:
    """The mapping given, or as guessed and confirmed; the files are read as one list, so they share it."""
    try:
        given = read_mapping(wish.mapping) if wish.mapping else None
        if given and given.kind != about.kind.name:
            raise Unusable("kind", f"the mapping is for {given.kind}")
        settled = _with_period(given, wish.period) if given else _guess(files, about, wish)
    except Unusable as error:
        stop_with(f"{error.field}: {error.rule}" if error.field else error.rule)
    if wish.save:
        write_mapping(wish.save, settled)
    return settled


def _with_period(mapping: Mapping, period: str | None) -> Mapping:
    constants = mapping.constants | ({"period": period} if period else {})
    return check_mapping(structs.replace(mapping, constants=constants))


def _guess(files: Sequence[Path], about: About, wish: _Columns) -> Mapping:
    constants = {"period": wish.period} if wish.period else {}
    head, columns = guessed(files[0], about)
    settled = as_mapping(columns, about.kind, constants)
    for path in files[1:]:
        if as_mapping(guessed(path, about)[1], about.kind, constants) != settled:
            raise Unusable(str(path), "its columns are not those of the first file: import it by itself")
    _show_columns(files[0], head, columns)
    if not wish.yes and not typer.confirm("Are the columns right?", err=True):
        stop_with(
            "nothing was sent: mend what `--dry-run --save-mapping FILE` writes, and give it with --mapping"
        )
    return settled


def _show_columns(path: Path, head: int, columns: Sequence[Column]) -> None:
    table = Table(title=f"{path}: column names in line {head}")
    for title in ("column", "is taken for", "likeness"):
        table.add_column(title)
    for column in columns:
        if column.name:
            field = column.field
            unused = field is not None and field.type == "ignored"
            taken = f"{field.name} (not sent)" if field and unused else field.name if field else "-"
            table.add_row(column.shown, taken, f"{column.score:.0f}" if field else "")
    aside.print(table)


def _show(files: Sequence[Path], about: About) -> int:
    found = preview(files, about)
    for line in found.summary.lines():
        if not line.startswith("events "):
            screen.print(line, highlight=False, markup=False)
    for reject in found.rejects:
        screen.print(_told(reject), highlight=False, markup=False)
    screen.print("Nothing was sent (--dry-run).")
    return 1 if found.summary.rejected else 0


def _told(reject: Rejected) -> str:
    line = f"{reject.place.file}:{reject.place.line}" if reject.place.line else reject.place.file
    return f"{line}: {reject.field}: {reject.rule}" if reject.field else f"{line}: {reject.rule}"
