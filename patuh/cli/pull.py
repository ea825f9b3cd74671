"""`patuh pull`: fetch what agencies publish over HTTP, on a schedule."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated

import fasteners  # type: ignore[import-untyped]
import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from patuh.cli import feeding
from patuh.cli.options import DEFAULT_DATA, Data, Json, Key, screen, stop_with, told_plainly
from patuh.importing.feeds.checkpoint import Checkpoint, Progress
from patuh.importing.feeds.configuration import Feed
from patuh.importing.feeds.pulling import Puller, what
from patuh.importing.feeds.schedule import keep_pulling, pull_all
from shared.clock import JAKARTA, SystemClock


def pull(
    config: Annotated[Path, typer.Option(help="feeds.yaml: what is pulled from where, and when (`feeds`).")],
    key: Key = None,
    once: Annotated[
        bool, typer.Option("--once", help="Pull each feed now, and end; status 1 if one fails.")
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Show how each feed stands, and end.")] = False,
    data: Data = DEFAULT_DATA,
    gateway: Annotated[str | None, typer.Option(help="Gateway address, if not the one in --data.")] = None,
    as_json: Json = False,
) -> None:
    """Pull each feed when it is due, until Ctrl-C. What failed is tried again, and goes on where it was.

    Examples:

        patuh pull --config feeds.yaml

        patuh pull --config feeds.yaml --once

        patuh pull --config feeds.yaml --status --json
    """
    with told_plainly():
        feeds = feeding.configuration(config).feeds or stop_with(f"{config}: `feeds` is empty")
        if status:
            _tell_status(data, feeds, as_json)
        else:
            feeding.check_keys(key, [feed.key for feed in feeds])
            sys.exit(_pull(data, feeds, key, gateway, once=once))


def _pull(data: Path, feeds: list[Feed], key: str | None, gateway: str | None, *, once: bool) -> int:
    keep = data / "feeds"
    keep.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = fasteners.InterProcessLock(keep / ".lock")
    if not lock.acquire(blocking=False):
        stop_with(f"another `patuh pull` runs on {data}")
    try:
        with feeding.state(data, feeding.sending(key, gateway, data)) as (means, checkpoint):
            puller = Puller(means, checkpoint, SystemClock(), time.sleep, feeding.tell, keep)
            if once:
                return 0 if pull_all(puller, feeds) else 1
            keep_pulling(puller, feeds, feeding.until_told())
            return 0
    finally:
        lock.release()


def _tell_status(data: Path, feeds: list[Feed], as_json: bool) -> None:
    file = data / "feeds.sqlite"
    if not file.exists():
        stop_with(f"nothing was pulled yet into {data}")
    with Checkpoint(file) as checkpoint:
        standing = {feed.name: checkpoint.progress(feed.name, what(feed)) for feed in feeds}
    if as_json:
        print(json.dumps({name: _told(progress) for name, progress in standing.items()}, ensure_ascii=False))
        return
    table = Table("feed", "last success", "next run", "failures", "last error", box=None)
    for name, progress in standing.items():
        times = (_time(progress, "last_success"), _time(progress, "next_try"))
        table.add_row(name, *times, str(progress.failures), escape(progress.error or ""))
    screen.print(table)


def _told(progress: Progress) -> dict[str, object]:
    """All but the cursor and the validators, which are nobody's business and may hold a token."""
    names = ("last_try", "last_success", "next_try", "failures", "error", "account")
    return {name: msgspec.to_builtins(getattr(progress, name)) for name in names}


def _time(progress: Progress, name: str) -> str:
    found = getattr(progress, name)
    return found.astimezone(JAKARTA).strftime("%Y-%m-%d %H:%M") if found else "-"
