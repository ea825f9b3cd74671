"""`patuh backtest`: changed law over history, before it is switched on."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from patuh.assessing import facts_in, subjects_in
from patuh.backtesting import Backtest, stored_subjects
from patuh.cli.options import (
    DEFAULT_DATA,
    Data,
    Json,
    aside,
    read_date,
    screen,
    stop_with,
    tell_rejected,
    told_plainly,
)
from patuh.cloudevents_files import members
from patuh.located import locate
from services.employer.backtest import Difference
from shared.law import LAW, Law, load

_CHANGES = ("raised", "cleared", "earlier", "later", "amount")


def backtest(
    law: Annotated[
        Path, typer.Option("--law", metavar="DIR", help="Folder with the rows that would change.")
    ],
    first: Annotated[date, typer.Option("--from", parser=read_date, metavar="DATE", help="The first day.")],
    last: Annotated[date, typer.Option("--to", parser=read_date, metavar="DATE", help="The last day.")],
    files: Annotated[
        list[Path] | None, typer.Argument(help="CloudEvents to judge instead of the stored facts.")
    ] = None,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Judge history by a changed law: which flags would be raised, cleared, or differ in rupiah.

    Reads the stored facts of the running stack, or events in files. Nothing is stored or published.

    Examples:

        patuh backtest --law ./ten-days --from 2025-01-01 --to 2025-06-30

        patuh backtest --law ./ten-days --from 2025-06-30 --to 2025-06-30 --json events.jsonl
    """
    if last < first:
        stop_with("--to: must not be before --from")
    run = Backtest(load(), _other(law), first, last)
    if files:
        run.judge(subjects_in(facts_in((m for path in files for m in members(path)), tell_rejected)).values())
    else:
        with told_plainly():
            asyncio.run(_judge_stored(run, locate(data).dsns["employer"]))
    print(json.dumps(run.figures(), ensure_ascii=False)) if as_json else _tell(run)


def _other(folder: Path) -> Law:
    try:
        return load(folder, LAW)
    except (OSError, ValueError) as error:
        stop_with(f"--law: {error}")


async def _judge_stored(run: Backtest, dsn: str) -> None:
    columns = (TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=aside) as bar:
        task = bar.add_task("", total=None)
        async for subjects in stored_subjects(dsn, lambda n, of: bar.update(task, completed=n, total=of)):
            run.judge(subjects)


def _tell(run: Backtest) -> None:
    table = Table(title=f"{run.first} to {run.last}")
    for heading in ("code", "district", *_CHANGES, "rupiah"):
        table.add_column(heading, no_wrap=True, overflow="fold")
    for (code, district), row in run.table().items():
        table.add_row(code, district, *(str(row[change] or "") for change in _CHANGES), f"{row['rupiah']:+,}")
    screen.print(table)
    screen.print(f"{len(run.differences)} flags differ, of {len(run.seconds)} subjects judged.")
    if run.differences:
        screen.print("[bold]The strangest:[/]")
    for one in run.strangest():
        screen.print(_line(one), highlight=False, markup=False)
    for name, seconds in run.slowest():
        aside.print(f"slowest to judge: {name} {seconds * 1000:.1f} ms", highlight=False, markup=False)


def _line(one: Difference) -> str:
    days = f", {abs(one.days)} days {one.change}" if one.days else ""
    return f"- {one.code} {one.subject} ({one.name}): {one.change}{days}, {one.rupiah:+,} rupiah"
