"""Keeps watch over a folder: at once when the system tells of a change, and regularly all the same."""

import threading
from collections.abc import Callable

from watchfiles import watch as changes

from patuh.importing.feeds.folder import Folder

_LONGEST_PAUSE = 30.0


def watch(folder: Folder, ended: threading.Event) -> None:
    """Scan until `ended`. Network shares tell of no change, so the regular scan is what is relied on."""
    folder.scan()
    pause = int(min(folder.quiet, _LONGEST_PAUSE) * 1000) or 100
    for _ in changes(
        folder.path,
        watch_filter=None,
        stop_event=ended,
        rust_timeout=pause,
        yield_on_timeout=True,
        recursive=False,
        raise_interrupt=False,
    ):
        folder.scan()


def take_once(folder: Folder, sleep: Callable[[float], object]) -> None:
    """Take what is there and rests, and what comes to rest within the quiet time; then return."""
    if folder.scan():
        sleep(folder.quiet)
        folder.scan()
