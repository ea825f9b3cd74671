"""Fetches one address over HTTP to a file, with the cautions that an address from a file of settings needs.

No other host is followed, private addresses are refused unless allowed, sizes and waits are limited.
"""

import asyncio
import email.utils
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from services.notifier.channels.addresses import PrivateAddress, resolve

_TRIES, _FIRST_PAUSE, _LONGEST_PAUSE = 5, 1.0, 300.0
_REDIRECTS = 5
_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_NOT_MODIFIED, _NOTHING = 304, 204
_MEANING = {
    401: "the key or token of the feed is missing or not known there",
    403: "the feed's key may not read this",
    404: "there is nothing at this address",
}
Sleep = Callable[[float], None]


class FetchFailed(Exception):
    """Nothing was taken; the message says why, and holds neither the whole address nor a header."""


class _TryAgain(FetchFailed):
    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Request:
    """What to ask for and how carefully: `timeout` in seconds, `max_bytes` of the answer, unpacked."""

    url: str
    headers: Mapping[str, str]
    timeout: float
    max_bytes: int
    allow_private: bool


@dataclass(frozen=True)
class Answer:
    """A whole answer, in a file. `next_url`: what a `Link` header names as the next page."""

    path: Path
    content_type: str
    etag: str | None
    last_modified: str | None
    next_url: str | None


def fetch(request: Request, to: Path, sleep: Sleep) -> Answer | None:
    """The answer, written to `to`; None when there is nothing new (304, 204). Raises FetchFailed."""
    retrying = Retrying(
        stop=stop_after_attempt(_TRIES),
        wait=_pause,
        retry=retry_if_exception_type(_TryAgain),
        sleep=sleep,
        reraise=True,
    )
    return retrying(_try, request, to)


def _pause(state: RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    asked = failure.retry_after if isinstance(failure, _TryAgain) else None
    return asked if asked is not None else _FIRST_PAUSE * 2 ** (state.attempt_number - 1)


def _try(request: Request, to: Path) -> Answer | None:
    try:
        with httpx.Client(timeout=request.timeout, trust_env=False, follow_redirects=False) as client:
            return _follow(client, request, to)
    except PrivateAddress as error:
        raise FetchFailed(f"refused: {error}; set allow_private if that is meant") from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise FetchFailed("the address is no http:// or https:// address") from error
    except httpx.HTTPError as error:
        raise _TryAgain(f"the server does not answer well: {type(error).__name__}") from error


def _follow(client: httpx.Client, request: Request, to: Path) -> Answer | None:
    url = httpx.URL(request.url)
    for _ in range(_REDIRECTS):
        with _ask(client, request, url) as response:
            if not response.has_redirect_location:
                return _read(response, url, request, to)
            url = same_host(url, response.headers["location"])
    raise FetchFailed(f"more than {_REDIRECTS} redirects")


def same_host(url: httpx.URL, found: str) -> httpx.URL:
    """Where a server leads on to. Raises FetchFailed for another host: it would get the feed's secrets."""
    target = url.join(found)
    upgraded = (_origin(url), _origin(target)) == (("http", url.host, 80), ("https", url.host, 443))
    if not upgraded and _origin(target) != _origin(url):
        raise FetchFailed(f"refused: it leads to another host or port ({target.host})")
    return target


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, _port(url)


def _port(url: httpx.URL) -> int:
    return url.port or (80 if url.scheme == "http" else 443)


@contextmanager
def _ask(client: httpx.Client, request: Request, url: httpx.URL) -> Iterator[httpx.Response]:
    try:
        address = asyncio.run(resolve(url.host, _port(url), request.allow_private))
    except OSError as error:
        raise _TryAgain(f"the host {url.host} is not found") from error
    with client.stream(
        "GET",
        url.copy_with(host=address),
        headers={**request.headers, "host": url.netloc.decode()},
        extensions={"sni_hostname": url.host},
    ) as response:
        yield response


def _read(response: httpx.Response, url: httpx.URL, request: Request, to: Path) -> Answer | None:
    status = response.status_code
    if status in (_NOT_MODIFIED, _NOTHING):
        return None
    if status in _AGAIN:
        raise _again(status, response)
    if status != httpx.codes.OK:
        raise FetchFailed(f"the server answered {status}: {_MEANING.get(status, 'not what a feed answers')}")
    _write(response, request.max_bytes, to)
    named = response.links.get("next", {}).get("url")
    return Answer(
        to,
        response.headers.get("content-type", "").partition(";")[0].strip().lower(),
        response.headers.get("etag"),
        response.headers.get("last-modified"),
        str(same_host(url, named)) if named else None,
    )


def _again(status: int, response: httpx.Response) -> FetchFailed:
    asked = _retry_after(response)
    reason = f"the server answered {status}"
    if asked is not None and asked > _LONGEST_PAUSE:
        return FetchFailed(f"{reason} and asks to wait {asked:.0f} s")
    return _TryAgain(reason, asked)


def _retry_after(response: httpx.Response) -> float | None:
    asked = response.headers.get("retry-after", "")
    if asked.isdecimal():
        return float(asked)
    try:
        until, now = (email.utils.parsedate_to_datetime(text) for text in (asked, response.headers["date"]))
        return max(0.0, (until - now).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None


def _write(response: httpx.Response, max_bytes: int, to: Path) -> None:
    size = 0
    to.touch(mode=0o600)
    with to.open("wb") as file:
        for piece in response.iter_bytes():
            size += len(piece)
            if size > max_bytes:
                raise FetchFailed(f"the answer is larger than {max_bytes >> 20} MB (max_mb)")
            file.write(piece)
