"""`patuh template`: an empty list to fill."""

from pathlib import Path
from typing import Annotated

import typer

from patuh.cli.options import aside, stop_with, told_plainly
from patuh.importing.registers.kinds import Kind, kinds
from patuh.importing.registers.templates import Format, write_template

NAMES = ", ".join(kinds())


def read_kind(name: str) -> Kind:
    """A kind of list by its name."""
    found = kinds().get(name)
    if found is None:
        raise typer.BadParameter(f"{name}: no such kind of list; one of {NAMES}")
    return found


def template(
    kind: Annotated[Kind, typer.Argument(parser=read_kind, metavar="NAME", help=f"One of {NAMES}.")],
    how: Annotated[Format, typer.Option("--format", help="A spreadsheet, or text.")] = "xlsx",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Default: NAME.xlsx or .csv.")] = None,
) -> None:
    """Make a list to fill in (templat isian), with an example and notes in Indonesian and English.

    Read it with `patuh import list NAME`.

    Examples:

        patuh template sipp

        patuh template vulnerable --format csv -o pekerja-rentan.csv
    """
    path = output or Path(f"{kind.name}.{how}")
    with told_plainly():
        if path.exists():
            stop_with(f"{path} is there already: choose another name with -o")
        write_template(kind, path, how)
    aside.print(f"{path}: {kind.title.id} / {kind.title.en}", highlight=False, markup=False)
