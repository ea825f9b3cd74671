"""`patuh keys`: keys of agencies."""

from typing import Annotated

import typer

from patuh.agency_keys import create_key
from patuh.cli.options import DEFAULT_DATA, Data, stop_with, told_plainly
from patuh.located import locate

app = typer.Typer(help="Keys of agencies.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keys of agencies."""


@app.command()
def create(
    agency: Annotated[str, typer.Option(help="Who will use the key.")],
    source: Annotated[list[str], typer.Option(help="CloudEvents source it may speak for; may be repeated.")],
    data: Data = DEFAULT_DATA,
) -> None:
    """Make a key and print it, and nothing else. It is stored as a hash and cannot be shown again.

    Examples:

        patuh keys create --agency "LPSE Kota Sukabumi" --source https://lpse.example.id/sukabumikota
    """
    if not agency.strip() or not all(one.strip() for one in source):
        stop_with("--agency and --source must not be empty")
    with told_plainly():
        print(create_key(locate(data).dsns["gateway"], agency, source))
