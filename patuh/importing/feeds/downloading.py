"""One page as a file that a reader can read, and what it says of the next page."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from patuh.importing.feeds import paging
from patuh.importing.feeds.configuration import Feed
from patuh.importing.feeds.fetching import Answer, Request, Sleep, fetch


@dataclass(frozen=True)
class Page:
    """A page; `etag` and `last_modified` as the server gave them."""

    path: Path
    onward: paging.Onward
    etag: str | None
    last_modified: str | None


def download(request: Request, feed: Feed, folder: Path, sleep: Sleep) -> Page | None:
    """The page, under a new name in `folder`; None when there is nothing new. Raises FetchFailed."""
    answer = fetch(request, folder / "answer", sleep)
    if answer is None:
        return None
    paging.check_is_data(answer.path, answer.content_type)
    ending = paging.suffix(request.url, answer.content_type)
    free = (folder / f"{feed.name}-{number}{ending}" for number in count(1))
    path = answer.path.rename(next(name for name in free if not name.exists()))
    path, onward = _opened(feed, path, answer)
    return Page(path, onward, answer.etag, answer.last_modified)


def _opened(feed: Feed, path: Path, answer: Answer) -> tuple[Path, paging.Onward]:
    """The file for the reader, and what comes after it."""
    onward = paging.Onward(answer.next_url, answer.next_url is not None)
    if not feed.paging and not feed.items:
        return path, onward
    page = paging.decoded(path)
    if feed.paging:
        onward = paging.onward(feed.paging, page)
    return (paging.only_items(path, page, feed.items) if feed.items else path), onward
