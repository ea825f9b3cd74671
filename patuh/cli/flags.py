"""`patuh flags`: the open flags."""

import json
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from patuh.cli.options import DEFAULT_DATA, Data, Json, screen, told_plainly
from patuh.located import locate


def flags(
    data: Data = DEFAULT_DATA,
    code: Annotated[str | None, typer.Option(help="Only this flag, e.g. project.not-registered.")] = None,
    as_json: Json = False,
) -> None:
    """Show the open flags; with --json one array, each flag with everything that proves it.

    Examples:

        patuh flags

        patuh flags --code employer.not-registered --json
    """
    with told_plainly():
        found = locate(data).open_flags(code)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table("flag", "who", "since", "due", "workers", "reason", box=None)
    for flag in found:
        who, why = escape(f"{flag['name']}\n{flag['subject']}"), escape(flag["reason"]["id"])
        figures = (flag["since"], flag.get("due"), str(flag.get("workers") or ""))
        table.add_row(flag["code"], who, *figures, why)
    screen.print(table)
    screen.print(f"{len(found)} open flags", highlight=False)
