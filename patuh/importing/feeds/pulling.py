"""One pull of one feed: page by page, each imported before the checkpoint moves behind it.

1. fetch a page  2. see that it is data  3. import  4. move the checkpoint  5. the next page, or done
"""

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from patuh.importing.feeds import paging, taking
from patuh.importing.feeds.checkpoint import Checkpoint, Progress
from patuh.importing.feeds.configuration import BadConfiguration, Feed, expand
from patuh.importing.feeds.downloading import Page, download
from patuh.importing.feeds.fetching import FetchFailed, Request, Sleep
from patuh.importing.feeds.formats import JOINED, LISTS, About
from patuh.importing.feeds.taking import Means, NotTaken
from patuh.sending import SendingFailed
from shared.clock import Clock

_RETRY_FIRST, _RETRY_DOUBLED = timedelta(minutes=1), 10
_CURSOR_TRIES = 3
_COUNTS = ("read", "used", "rejected", "events", "accepted", "duplicates", "rejected_by_gateway")
_TOO_MANY = "more than {} pages (max_pages)"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Puller:
    """Everything a pull needs beside the feed. `keep`: the folder for the file a later one is compared with,
    and for the rows that could not be taken.
    """

    means: Means
    checkpoint: Checkpoint
    clock: Clock
    sleep: Sleep
    tell: Tell
    keep: Path

    def pull(self, feed: Feed) -> Progress:
        """Pull a feed and say how it stands; a failure is told and kept, and the next pull goes on there."""
        progress = self.checkpoint.progress(feed.name, what(feed))
        progress.last_try, counts = self.clock.now(), Counter[str]()
        (self.keep / f"{feed.name}.rejects.jsonl").unlink(missing_ok=True)
        try:
            self._pages(feed, progress, counts)
        except (FetchFailed, NotTaken, SendingFailed, BadConfiguration, OSError) as error:
            self._failed(feed, progress, error)
        else:
            self._succeeded(feed, progress, counts)
        self.checkpoint.put_progress(feed.name, progress)
        return progress

    def _pages(self, feed: Feed, progress: Progress, counts: Counter[str]) -> None:
        if feed.format in JOINED:
            self._together(feed, progress, counts)
            return
        for _ in range(feed.max_pages):
            with tempfile.TemporaryDirectory(dir=self.keep) as folder:
                if not self._page(feed, progress, counts, Path(folder)):
                    return
        raise FetchFailed(_TOO_MANY.format(feed.max_pages))

    def _page(self, feed: Feed, progress: Progress, counts: Counter[str], folder: Path) -> bool:
        """Take one page; whether there is another."""
        page = download(_request(feed, progress), feed, folder, self.sleep)
        if page is None:
            progress.cursor = progress.cursor if _follows(feed) else None
            return False
        _check(feed, progress.cursor, page.onward)
        counts.update(self._import(feed, [page.path]))
        self._move_on(feed, progress, page)
        return page.onward.more

    def _together(self, feed: Feed, progress: Progress, counts: Counter[str]) -> None:
        """Every page of every address, then one import: rows of one thing are spread over them."""
        with tempfile.TemporaryDirectory(dir=self.keep) as folder:
            paths = [path for url in (feed.url, *feed.also) for path in self._all_of(feed, url, Path(folder))]
            if paths:
                counts.update(self._import(feed, paths))
        self.checkpoint.end(feed.name)
        progress.cursor = progress.etag = progress.last_modified = None

    def _all_of(self, feed: Feed, url: str, folder: Path) -> Iterator[Path]:
        cursor: str | None = None
        for _ in range(feed.max_pages):
            page = download(_plain_request(feed, url, cursor), feed, folder, self.sleep)
            if page is None:
                return
            yield page.path
            if not page.onward.more:
                return
            _check(feed, cursor, page.onward)
            cursor = page.onward.cursor
        raise FetchFailed(_TOO_MANY.format(feed.max_pages))

    def _import(self, feed: Feed, paths: Sequence[Path]) -> dict[str, int]:
        rejects = paths[0].with_name("rejects")
        digest = hashlib.blake2b("".join(map(taking.digest, paths)).encode(), digest_size=16).hexdigest()
        as_of = self.checkpoint.begin(feed.name, digest, self.clock.now())
        for path in paths:  # readers take the time of a file for when it was said
            os.utime(path, (as_of.timestamp(), as_of.timestamp()))
        about = About(
            feed.source, as_of, self.means.secret, self.checkpoint.last_file(feed.series), feed.options
        )
        try:
            summary = taking.take(paths, feed.format, about, self.means, feed.key, rejects)
        finally:
            self._keep_rejects(feed, rejects)
        if feed.format.startswith(LISTS):
            kept = paths[0].replace(self.keep / f"{feed.name}.last{paths[0].suffix}")
            self.checkpoint.keep_last(feed.series, digest, kept)
        told = taking.account(summary)
        return {name: told[name] for name in _COUNTS}

    def _keep_rejects(self, feed: Feed, rejects: Path) -> None:
        if rejects.exists():
            with (self.keep / f"{feed.name}.rejects.jsonl").open("ab") as file:
                file.write(rejects.read_bytes())

    def _move_on(self, feed: Feed, progress: Progress, page: Page) -> None:
        """The gateway has answered for this page: from now on the pull begins behind it."""
        at, onward = _template(feed, progress), page.onward
        progress.url = progress.etag = progress.last_modified = None
        if onward.more:
            progress.cursor = onward.cursor
        else:
            progress.cursor = (onward.cursor or progress.cursor) if _follows(feed) else None
            # Of a feed on several pages, an unchanged page says nothing about the others.
            if at == _template(feed, progress):
                progress.url, progress.etag, progress.last_modified = at, page.etag, page.last_modified
        self.checkpoint.put_progress(feed.name, progress)
        self.checkpoint.end(feed.name)

    def _succeeded(self, feed: Feed, progress: Progress, counts: Counter[str]) -> None:
        progress.last_success = progress.last_try
        progress.failures, progress.error = 0, None
        progress.account = {name: counts[name] for name in _COUNTS}
        progress.next_try = _after(progress.last_try, feed.interval)
        self.tell(f"{feed.name}: {counts['read']} read, {counts['accepted']} events accepted")

    def _failed(self, feed: Feed, progress: Progress, error: Exception) -> None:
        progress.failures += 1
        if isinstance(error, FetchFailed) and progress.failures >= _CURSOR_TRIES:
            progress.cursor = None  # it may have expired; to begin anew loses nothing
        progress.error = str(error) or type(error).__name__
        again = _RETRY_FIRST * 2 ** min(progress.failures - 1, _RETRY_DOUBLED)
        progress.next_try = _after(progress.last_try, min(feed.interval, again))
        self.tell(f"{feed.name}: failed: {progress.error}")


def what(feed: Feed) -> str:
    """What a checkpoint belongs to: changed in any of these, a feed begins anew."""
    named: list[Any] = [feed.url, feed.also, feed.format, feed.source, feed.options, feed.items, feed.paging]
    return hashlib.blake2b(msgspec.json.encode(named, order="sorted"), digest_size=8).hexdigest()


def _follows(feed: Feed) -> bool:
    return feed.paging is not None and feed.paging.follow


def _check(feed: Feed, cursor: str | None, onward: paging.Onward) -> None:
    if onward.more and onward.cursor == cursor:
        raise FetchFailed("the cursor does not move on: the same page would come again and again")
    if onward.more and feed.format.startswith(LISTS):
        # A part of a list would tell of everybody in the other parts that they are gone.
        raise FetchFailed("a list must come whole, on one page")


def _after(moment: datetime | None, span: timedelta) -> datetime | None:
    return moment + span if moment else None


def _template(feed: Feed, progress: Progress) -> str:
    """The address of the page at the cursor, secrets not yet put in."""
    return f"{feed.url} {progress.cursor or ''}"


def _plain_request(feed: Feed, url: str, cursor: str | None) -> Request:
    headers = {name: expand(value) for name, value in feed.headers.items()}
    at = paging.address(feed, expand(url), cursor)
    return Request(at, headers, feed.timeout, feed.max_mb << 20, feed.allow_private)


def _request(feed: Feed, progress: Progress) -> Request:
    """Asks only for what is new, where the page is the one that the checkpoint knows."""
    request = _plain_request(feed, feed.url, progress.cursor)
    if progress.url != _template(feed, progress):
        return request
    asked = {"if-none-match": progress.etag, "if-modified-since": progress.last_modified}
    return replace(request, headers={**request.headers, **{name: v for name, v in asked.items() if v}})
