"""`patuh watch`: a folder into which an agency drops its files."""

import time
from pathlib import Path
from typing import Annotated

import typer

from patuh.cli import feeding
from patuh.cli.options import DEFAULT_DATA, Data, Key, stop_with, told_plainly
from patuh.importing.feeds.configuration import BadConfiguration, Drop, check_drop
from patuh.importing.feeds.folder import Folder
from patuh.importing.feeds.watching import take_once
from patuh.importing.feeds.watching import watch as keep_watch
from shared.clock import SystemClock


def watch(
    folder: Annotated[Path, typer.Argument(help="The folder; done/ and failed/ are made in it.")],
    config: Annotated[
        Path | None, typer.Option(help="feeds.yaml: which files are read how (`files`).")
    ] = None,
    kind: Annotated[str | None, typer.Option("--format", help="How every file is read, e.g. ocds.")] = None,
    source: Annotated[str | None, typer.Option(help="The CloudEvents source of every file.")] = None,
    key: Key = None,
    quiet: Annotated[float, typer.Option(help="Seconds for which a file must not change.", min=0)] = 5.0,
    once: Annotated[bool, typer.Option("--once", help="Take what is there, and end.")] = False,
    data: Data = DEFAULT_DATA,
    gateway: Annotated[str | None, typer.Option(help="Gateway address, if not the one in --data.")] = None,
) -> None:
    """Take each file dropped into a folder; then it is in done/ with its account, or in failed/ with why.

    The same file dropped again changes nothing. Names such as `x.part`, `~$x` and `.x` are left alone.

    Examples:

        patuh watch /srv/drop --format list:sipp --source https://sipp.example.id --key "$KEY"

        patuh watch /srv/drop --config feeds.yaml
    """
    drops = _drops(config, kind, source)
    feeding.check_keys(key, [drop.key for drop in drops])
    if not folder.is_dir():
        stop_with(f"{folder}: no such folder")
    with told_plainly(), feeding.state(data, feeding.sending(key, gateway, data)) as (means, checkpoint):
        watched = Folder(
            folder, drops, means, checkpoint, SystemClock(), time.monotonic, feeding.tell, quiet=quiet
        )
        if once:
            take_once(watched, time.sleep)
        else:
            keep_watch(watched, feeding.until_told())


def _drops(config: Path | None, kind: str | None, source: str | None) -> list[Drop]:
    if config is not None:
        with told_plainly():
            drops = feeding.configuration(config).files
        return drops or stop_with(f"{config}: `files` is empty")
    if not kind or not source:
        stop_with("name --config, or both --format and --source")
    drop = Drop(kind, source)
    try:
        check_drop("--format", drop)
    except BadConfiguration as error:
        stop_with(str(error))
    return [drop]
