"""Which feeds are due, and the loop that pulls them."""

import threading
from collections.abc import Sequence
from datetime import datetime

from patuh.importing.feeds.configuration import Feed
from patuh.importing.feeds.pulling import Puller, what

_LONGEST_PAUSE = 60.0


def due(puller: Puller, feeds: Sequence[Feed], now: datetime) -> list[Feed]:
    """The feeds whose time has come, in the order of the file; one that was never pulled is due at once."""
    standing = {feed.name: puller.checkpoint.progress(feed.name, what(feed)) for feed in feeds}
    return [feed for feed in feeds if (at := standing[feed.name].next_try) is None or at <= now]


def pull_all(puller: Puller, feeds: Sequence[Feed]) -> bool:
    """Pull each feed now, due or not; whether all went well. One that fails does not hold up the others."""
    errors = [puller.pull(feed).error for feed in feeds]
    return not any(errors)


def keep_pulling(puller: Puller, feeds: Sequence[Feed], ended: threading.Event) -> None:
    """Pull each feed whenever it is due, until `ended`."""
    while not ended.is_set():
        for feed in due(puller, feeds, puller.clock.now()):
            if not ended.is_set():
                puller.pull(feed)
        ended.wait(_pause(puller, feeds))


def _pause(puller: Puller, feeds: Sequence[Feed]) -> float:
    nexts = [puller.checkpoint.progress(feed.name, what(feed)).next_try for feed in feeds]
    left = ((at - puller.clock.now()).total_seconds() for at in nexts if at)
    return max(0.1, min([_LONGEST_PAUSE, *left]))
