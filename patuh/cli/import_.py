"""`patuh import`: take what publishers already have."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from patuh.cli.options import DEFAULT_DATA, Data, Key, aside, screen, stop_with, told_plainly
from patuh.importing.memory import Memory
from patuh.importing.ocds.events import read_all
from patuh.importing.running import run_import
from patuh.importing.summary import Summary
from patuh.located import locate
from patuh.sending import Gateway, send_all

app = typer.Typer(help="Take what publishers already have.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Take what publishers already have."""


@app.command()
def ocds(
    files: Annotated[
        list[Path], typer.Argument(help="Release or record packages, releases, JSON Lines; .gz too.")
    ],
    key: Key = None,
    rejects: Annotated[Path, typer.Option(help="Where to write what could not be taken, and why.")] = Path(
        "rejects.jsonl"
    ),
    source: Annotated[
        str | None, typer.Option(help="CloudEvents source; default: by the prefix of the ocid.")
    ] = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Import awards from OCDS 1.1 files as `project.awarded` events.

    A second run changes nothing. The key needs the source, for example `urn:ocds:ocds-afzrfb`.

    Examples:

        patuh import ocds releases.jsonl --key "$KEY"

        patuh import ocds packages/*.json.gz --rejects rejected.jsonl
    """
    if not key:
        stop_with("--key (or PATUH_KEY) is needed: make one with `patuh keys create`")
    with told_plainly():
        send = partial(send_all, gateway=Gateway(locate(data).urls["gateway"], key))
        with Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=aside
        ) as bar:
            task = bar.add_task("reading")

            def tell(summary: Summary) -> None:
                bar.update(task, description=f"read {summary.read}, sent {summary.sent.read}")

            outcomes = read_all(files, source=source)
            # A release has an id of its own: nothing is to be remembered from one run to the next.
            summary = run_import(outcomes, send, memory=Memory(None), reject_path=rejects, progress=tell)
    for line in summary.lines():
        screen.print(line, highlight=False, markup=False)
    sys.exit(0 if summary.balanced else 1)
