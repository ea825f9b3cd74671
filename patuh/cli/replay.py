"""`patuh replay`: a service's database anew from the topics."""

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import asyncpg
import structlog
import typer
from aiokafka.errors import KafkaError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from patuh.cli import moments
from patuh.cli.options import DEFAULT_DATA, Data, Json, aside, screen, stop_with, told_plainly
from patuh.replaying import CannotRebuildError, Report, Wishes, target
from patuh.replaying import replay as rebuild


class Service(StrEnum):
    """What can be rebuilt. The gateway's database is its own record, and on no topic."""

    registry = "registry"
    employer = "employer"
    notifier = "notifier"
    console = "console"


def replay(
    service: Annotated[Service, typer.Option(help="Whose database.")],
    time: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            parser=moments.read_instant,
            metavar="TIME",
            help="Keep what was recorded before, read again what came since (`7d`, a day): registry only.",
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Compare, exchange nothing.")] = False,
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Exchange although facts of the live database are missing.")
    ] = False,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Drop the replaced database, and those of earlier times.")
    ] = False,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Rebuild a service's database from the topics beside the live one, compare them, and exchange them.

    The service goes on meanwhile and stops for the last step only. Nothing is announced twice: consumers hear
    of what the rebuilt database says otherwise, under a higher version, and of nothing else.

    Examples:

        patuh replay --service registry

        patuh replay --service employer --check --json

        patuh replay --service registry --from 7d --drop-old
    """
    wishes = Wishes(time, not check, accept_loss, drop_old)
    with told_plainly(), _quiet():
        try:
            report = _rebuild(service, wishes, target_of=data)
        except (CannotRebuildError, asyncpg.PostgresError, SQLAlchemyError, KafkaError) as error:
            stop_with(str(error))
    print(json.dumps(report.figures())) if as_json else _tell(report)


@contextmanager
def _quiet() -> Iterator[None]:
    """No log lines: what is refused now was refused, and told, before."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def _rebuild(service: Service, wishes: Wishes, target_of: Data) -> Report:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    found, stamp = target(target_of, service), moments.now().strftime("%Y%m%dt%H%M%S")
    with Progress(*columns, console=aside) as bar:
        task = bar.add_task("messages", total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        def say(text: str) -> None:
            aside.print(text, highlight=False, markup=False)

        return asyncio.run(rebuild(found, wishes, stamp, tell, say))


def _tell(report: Report) -> None:
    table = Table("table", "rows before", "rows rebuilt", "", box=None)
    words = {True: "the same", False: "[bold]differs[/]", None: "in another order"}
    for one in report.tables:
        table.add_row(one.name, f"{one.live:,}", f"{one.rebuilt:,}", words[one.same])
    screen.print(table)
    said = (
        f"{report.messages:,} messages read; {report.announced:,} announced because they say something else."
    )
    screen.print(f"{said} The service stood still for {report.stopped_seconds} s.", highlight=False)
    if report.former and report.former not in report.dropped:
        screen.print(
            f"The former database is kept as {report.former} (--drop-old drops it).", highlight=False
        )
