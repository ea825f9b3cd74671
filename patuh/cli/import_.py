"""`patuh import`: take what publishers already have."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated

import typer

from patuh.cli.importing import import_and_tell, memory_file, sending
from patuh.cli.lists import list_
from patuh.cli.options import DEFAULT_DATA, Data, Key, read_date, told_plainly
from patuh.importing import lkpp as lkpp_files
from patuh.importing.memory import Memory
from patuh.importing.ocds.events import read_all
from shared.clock import JAKARTA, SystemClock

app = typer.Typer(help="Take what publishers already have.", no_args_is_help=True)
app.command("list")(list_)

Rejects = Annotated[Path, typer.Option(help="Where to write what could not be taken, and why.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and count; send nothing.")]
DEFAULT_REJECTS = Path("rejects.jsonl")


@app.callback()
def group() -> None:
    """Take what publishers already have."""


@app.command()
def ocds(
    files: Annotated[
        list[Path], typer.Argument(help="Release or record packages, releases, JSON Lines; .gz too.")
    ],
    key: Key = None,
    rejects: Rejects = DEFAULT_REJECTS,
    source: Annotated[
        str | None, typer.Option(help="CloudEvents source; default: by the prefix of the ocid.")
    ] = None,
    dry_run: DryRun = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Import contracting processes from OCDS 1.1 files (1.0 too): awards, contracts, payments, ends.

    A second run changes nothing. The key needs the source, for example `urn:ocds:ocds-afzrfb`.

    Examples:

        patuh import ocds releases.jsonl --key "$KEY"

        patuh import ocds packages/*.json.gz --rejects rejected.jsonl
    """
    with told_plainly():
        send = sending(key, data, dry_run)
        # A release has an id of its own: nothing is to be remembered from one run to the next.
        with Memory(None) as memory:
            import_and_tell(read_all(files, source=source), send, memory, rejects, dry_run)


@app.command()
def lkpp(
    files: Annotated[
        list[Path], typer.Argument(help="Answers of ISB or INAPROC v1, as JSON, JSON Lines or CSV.")
    ],
    key: Key = None,
    rejects: Rejects = DEFAULT_REJECTS,
    source: Annotated[
        str | None, typer.Option(help="CloudEvents source; default: urn:lkpp: and the LPSE's code.")
    ] = None,
    as_of: Annotated[
        date | None,
        typer.Option(parser=read_date, metavar="DATE", help="The day they were fetched, if they name none."),
    ] = None,
    dry_run: DryRun = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Import LKPP's yearly answers (SPSE tender, non-tender, swakelola): give all files of a year together.

    A second run sends only what changed since. The key needs the source, for example `urn:lkpp:93`.

    Examples:

        patuh import lkpp isb/2025/*.json --key "$KEY"

        patuh import lkpp inaproc/*.jsonl --as-of 2025-10-03 --dry-run
    """
    with told_plainly():
        send = sending(key, data, dry_run)
        about = lkpp_files.About(_instant(as_of), source)
        with Memory(memory_file(data)) as memory:
            import_and_tell(lkpp_files.read(files, about), send, memory, rejects, dry_run)


def _instant(day: date | None) -> datetime:
    return datetime.combine(day, time(), JAKARTA) if day else SystemClock().now().astimezone(UTC)
