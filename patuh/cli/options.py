"""Options that several commands share, and how all of them say that something went wrong."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, NoReturn

import httpx
import typer
from rich.console import Console
from rich.markup import escape

from patuh.cloudevents_files import Member
from patuh.embedded.errors import EmbeddedError
from patuh.located import NotRunningError, NotSettledError
from patuh.sending import SendingFailed
from shared.events import BadEvent

DEFAULT_DATA = Path(".patuh")
screen = Console(soft_wrap=True)
aside = Console(stderr=True, soft_wrap=True)


def read_date(text: str) -> date:
    """A calendar date as `2025-04-21`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text}: no such date, write YYYY-MM-DD") from error


Data = Annotated[
    Path, typer.Option(envvar="PATUH_DATA", help="Folder of the stack: its data, logs, secrets.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on standard output.")]
Day = Annotated[date | None, typer.Option(parser=read_date, metavar="DATE")]
Key = Annotated[
    str | None, typer.Option(envvar="PATUH_KEY", help="The agency's key, from `patuh keys create`.")
]


def stop_with(message: str) -> NoReturn:
    """Say what is wrong on standard error and end with status 1."""
    aside.print(f"[bold red]patuh:[/] {escape(message)}", highlight=False)
    sys.exit(1)


def tell_rejected(member: Member, error: BadEvent) -> None:
    """Say on standard error which event of a file was refused, and why."""
    aside.print(f"{member.place}: {error.field}: {error.rule}", highlight=False, markup=False)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn the errors that a user can do something about into one line."""
    try:
        yield
    except (EmbeddedError, NotRunningError, NotSettledError, SendingFailed, OSError) as error:
        stop_with(str(error))
    except httpx.HTTPError as error:
        stop_with(f"the service does not answer: {error}")
