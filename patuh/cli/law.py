"""`patuh law`: what the law says on a day, and what changed between two."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import msgspec
import typer
from rich.markup import escape
from rich.table import Column, Table

from patuh.cli.options import Json, read_date, screen
from shared.law import Law, Parameter, load

app = typer.Typer(
    help="The law as dated parameters: what is in force, and what changed.", no_args_is_help=True
)

Date = Annotated[date, typer.Argument(parser=read_date, metavar="DATE")]


@dataclass(frozen=True)
class Change:
    """A parameter that is not the same on two days; None on a day without a value."""

    name: str
    old: Parameter | None
    new: Parameter | None

    @property
    def told_by(self) -> Parameter:
        """The row that says why: the new one, or the old one that has ended."""
        told = self.new or self.old
        assert told is not None
        return told


@app.command("show")
def show(
    on: Annotated[date, typer.Option(parser=read_date, metavar="DATE", help="The day, as 2025-03-01.")],
    as_json: Json = False,
) -> None:
    """Show every parameter in force on a day, with its article and how sure it is.

    Example:

        patuh law show --on 2025-03-01
    """
    law = load()
    found = [parameter for name in law.names if (parameter := law.find(name, on))]
    if as_json:
        print(_json([msgspec.to_builtins(parameter) for parameter in found]))
        return
    table = _table("value", "in force", "article")
    for row in found:
        days = f"{row.valid_from}\nto {row.valid_to}" if row.valid_to else str(row.valid_from)
        table.add_row(row.name, _said(row.value), days, f"{row.article}\n({row.confidence})")
    screen.print(table)
    screen.print(f"{len(found)} parameters in force on {on}", highlight=False)


@app.command("diff")
def diff(old: Date, new: Date, as_json: Json = False) -> None:
    """Show which parameters are not the same on two days.

    Example:

        patuh law diff 2025-01-31 2025-03-01 --json
    """
    found = changes(load(), old, new)
    if as_json:
        print(_json([_builtins(change) for change in found]))
        return
    table = _table(f"on {old}", f"on {new}", "article")
    for change in found:
        told, (before, after) = change.told_by, _apart(change)
        table.add_row(change.name, _said(before), _said(after), f"{told.article}\n({told.confidence})")
    screen.print(table)
    screen.print(f"{len(found)} parameters differ", highlight=False)


def changes(law: Law, old: date, new: date) -> list[Change]:
    """Parameters with another value, or another article, on `new` than on `old`."""
    pairs = [Change(name, law.find(name, old), law.find(name, new)) for name in law.names]
    return [pair for pair in pairs if _what(pair.old) != _what(pair.new)]


def _what(parameter: Parameter | None) -> tuple[Any, str] | None:
    return (parameter.value, parameter.article) if parameter else None


def _builtins(change: Change) -> dict[str, Any]:
    told = change.told_by
    return {
        "name": change.name,
        "old": change.old.value if change.old else None,
        "new": change.new.value if change.new else None,
        "article": told.article,
        "confidence": told.confidence,
    }


def _apart(change: Change) -> tuple[Any, Any]:
    """Both values; of two mappings only what differs, for a table that can be read."""
    old, new = (side.value if side else None for side in (change.old, change.new))
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return old, new
    names = [name for name in old | new if old.get(name) != new.get(name)]
    return {name: old.get(name) for name in names}, {name: new.get(name) for name in names}


def _said(value: Any) -> str:
    """A value as a table shows it: one line for each name of a mapping, and money with separators."""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_said(said)}" for name, said in value.items())
    if isinstance(value, list):
        return ", ".join(f"({_said(said)})" if isinstance(said, list) else _said(said) for said in value)
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else escape(str(value))


def _table(*titles: str) -> Table:
    """Columns that break their lines and cut nothing off."""
    table = Table(Column("parameter", no_wrap=True), box=None)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
