"""What `patuh watch` and `patuh pull` share: keys, the gateway, the files with what was taken."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

from patuh.cli.importing import memory_file
from patuh.cli.options import aside, screen, stop_with
from patuh.importing.feeds.checkpoint import Checkpoint
from patuh.importing.feeds.configuration import BadConfiguration, Configuration, expand, load
from patuh.importing.feeds.taking import Means, Sending
from patuh.importing.memory import Memory
from patuh.importing.running import Send
from patuh.located import locate
from patuh.sending import Gateway, send_all


def configuration(path: Path) -> Configuration:
    """The file, or the end of the command with what is wrong in it."""
    try:
        return load(path)
    except BadConfiguration as error:
        stop_with(str(error))


def check_keys(key: str | None, keys: list[str | None]) -> None:
    """End the command when a key is missing now, rather than with the first file."""
    try:
        for one in keys:
            _key(one, key)
    except BadConfiguration as error:
        stop_with(str(error))


def _key(named: str | None, usual: str | None) -> str:
    found = expand(named) if named else usual
    if not found:
        raise BadConfiguration("--key (or PATUH_KEY) is needed: make one with `patuh keys create`")
    return found


def sending(key: str | None, gateway: str | None, data: Path) -> Sending:
    """How to send under a key; the gateway is found anew each time, as it may have been restarted."""

    def send(named: str | None) -> Send:
        url = gateway or locate(data).urls["gateway"]
        return partial(send_all, gateway=Gateway(url, _key(named, key)))

    return send


@contextmanager
def state(data: Path, send: Sending) -> Iterator[tuple[Means, Checkpoint]]:
    """The memory and the checkpoints of a data folder."""
    data.mkdir(parents=True, exist_ok=True)
    told, secret = memory_file(data), data / "imports" / "lists.key"
    with Memory(told) as memory, Checkpoint(data / "feeds.sqlite") as checkpoint:
        yield Means(send, memory, secret), checkpoint


def until_told() -> threading.Event:
    """An event that Ctrl-C and SIGTERM set: what is under way is finished first."""
    ended = threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        aside.print("stopping ...")
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return ended


def tell(text: str) -> None:
    screen.print(text, highlight=False, markup=False)
