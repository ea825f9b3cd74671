"""What the import commands share: where to send, what was told before, and the account at the end."""

import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from patuh.cli.options import aside, screen, stop_with
from patuh.importing.memory import Memory
from patuh.importing.outcomes import Outcome
from patuh.importing.running import Send, run_import
from patuh.importing.summary import Summary
from patuh.located import locate
from patuh.sending import Event, Gateway, OnProgress, OnReject, OnTaken, Tally, send_all


def memory_file(data: Path) -> Path:
    """Where it is kept what the gateway has taken of snapshots, whichever command sent it."""
    folder = data / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "told.sqlite"


def sending(key: str | None, data: Path, dry_run: bool) -> Send:
    """How to send; on a dry run nothing is. Ends the command when a key is missing."""
    if dry_run:
        return _count_only
    if not key:
        stop_with("--key (or PATUH_KEY) is needed: make one with `patuh keys create`")
    return partial(send_all, gateway=Gateway(locate(data).urls["gateway"], key))


def _count_only(
    events: Iterable[Event], *, on_reject: OnReject, on_progress: OnProgress, on_taken: OnTaken
) -> Tally:
    tally = Tally()
    for _ in events:
        tally += Tally(accepted=1)
    on_progress(tally)
    return tally


def import_and_tell(
    outcomes: Iterable[Outcome], send: Send, memory: Memory, rejects: Path, dry_run: bool
) -> None:
    """Run an import with a progress line, print its account, and end the command with its status."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=aside
    ) as bar:
        task = bar.add_task("reading")

        def tell(summary: Summary) -> None:
            bar.update(task, description=f"read {summary.read}, sent {summary.sent.read}")

        summary = run_import(outcomes, send, memory=memory, reject_path=rejects, progress=tell)
    for line in summary.lines():
        screen.print(line, highlight=False, markup=False)
    if dry_run:
        screen.print("a dry run: nothing was sent", highlight=False)
    sys.exit(0 if summary.balanced else 1)
