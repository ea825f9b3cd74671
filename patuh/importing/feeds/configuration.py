"""feeds.yaml: what is pulled from where and when, and what is taken from a watched folder.

A secret never stands in the file: `${NAME}` is the environment variable of that name, put in when it is used.
"""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from patuh.importing.feeds.formats import JOINED, Options, UnknownFormat, reader

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
_EVERY = re.compile(r"([1-9][0-9]{0,4})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
# Headers that cannot hold a secret, and so may be written out.
_OPEN_HEADERS = {"accept", "accept-language", "user-agent"}
Pointer = Annotated[str, Meta(pattern=r"^(/[^/]*)*$")]


class BadConfiguration(ValueError):
    """The file cannot be used: the message names the feed, the field and the rule."""


class Paging(Struct, forbid_unknown_fields=True):
    """Where a page names the next one, as JSON pointers; by default as INAPROC v1 does.

    `parameter` carries the cursor in the query. `follow`: the next run goes on from the last cursor, for
    sources that only add; otherwise it begins anew, and what is unchanged gives no events. A `Link` header
    with rel=next needs none of this.
    """

    parameter: str = "cursor"
    cursor: Pointer = "/meta/cursor"
    more: Pointer | None = "/meta/has_more"
    follow: bool = False


class Feed(Struct, forbid_unknown_fields=True):
    """One feed. `also`: more addresses that are read together with `url`, by formats that join (`lkpp`).

    `every`: `30s`, `15m`, `24h`, `7d`. `items`: where the rows of a page are, if not for the
    format to find. `timeout` in seconds, for each wait on the network; `max_mb` of an answer, unpacked.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    url: str
    format: str
    source: Annotated[str, Meta(min_length=1, max_length=300)]
    also: list[str] = []
    every: str = "24h"
    key: str | None = None
    headers: dict[str, str] = {}
    paging: Paging | None = None
    items: Pointer | None = None
    options: Options = {}
    max_mb: Annotated[int, Meta(ge=1, le=100_000)] = 500
    timeout: Annotated[float, Meta(gt=0, le=600)] = 60.0
    max_pages: Annotated[int, Meta(ge=1)] = 10_000
    allow_private: bool = False

    @property
    def series(self) -> str:
        """As of a Drop."""
        return f"{self.format} {self.source} {self.name}"

    @property
    def interval(self) -> timedelta:
        """How long after a pull the next one is due."""
        return read_every(self.every)


class Drop(Struct, forbid_unknown_fields=True):
    """What is taken from a watched folder: files whose name fits `match` (`*.csv`), read as `format`."""

    format: str
    source: Annotated[str, Meta(min_length=1, max_length=300)]
    match: str = "*"
    key: str | None = None
    options: Options = {}

    @property
    def series(self) -> str:
        """Files of one series follow each other: a list is compared with the one taken before it."""
        return f"{self.format} {self.source} {self.match}"


class Configuration(Struct, forbid_unknown_fields=True):
    """The whole file; either part may be left out."""

    feeds: list[Feed] = []
    files: list[Drop] = []


def load(path: Path) -> Configuration:
    """Raises BadConfiguration, OSError."""
    try:
        found = msgspec.yaml.decode(path.read_bytes(), type=Configuration)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"{path}: {error}") from error
    names = [feed.name for feed in found.feeds]
    if len(set(names)) < len(names):
        raise BadConfiguration("feeds: two have the same name")
    for feed in found.feeds:
        _check(f"feeds: {feed.name}", feed)
    for index, drop in enumerate(found.files):
        check_drop(f"files[{index}]", drop)
    return found


def check_drop(where: str, drop: Drop) -> None:
    """Raises BadConfiguration."""
    _check_format(where, drop.format)
    _check_key(where, drop.key)


def _check(where: str, feed: Feed) -> None:
    _check_format(where, feed.format)
    _check_key(where, feed.key)
    read_every(feed.every, where)
    for url in (feed.url, *feed.also):
        _check_url(where, url)
    if feed.also and feed.format not in JOINED:
        raise BadConfiguration(f"{where}: also: only for {', '.join(JOINED)}; give each address a feed")
    for name, value in feed.headers.items():
        if name.lower() not in _OPEN_HEADERS and not _VARIABLE.search(value):
            raise BadConfiguration(f"{where}: headers: {name}: write ${{NAME}}, never the secret itself")


def _check_url(where: str, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadConfiguration(f"{where}: url: starts with http:// or https:// and names a host")
    if parts.username or parts.password or "${" in parts.netloc:
        raise BadConfiguration(f"{where}: url: no user, password or variable in the host")


def _check_format(where: str, name: str) -> None:
    try:
        reader(name)
    except UnknownFormat as error:
        raise BadConfiguration(f"{where}: format: {error}") from error


def _check_key(where: str, key: str | None) -> None:
    if key is not None and not _VARIABLE.fullmatch(key):
        raise BadConfiguration(f"{where}: key: write ${{NAME}}, never the key itself")


def read_every(text: str, where: str = "every") -> timedelta:
    """`15m` as a span of time. Raises BadConfiguration."""
    found = _EVERY.fullmatch(text)
    if not found:
        raise BadConfiguration(f"{where}: every: a number and s, m, h or d, as 15m")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def expand(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """The text with each `${NAME}` put in. Raises BadConfiguration naming the variable that is not set."""

    def value(found: re.Match[str]) -> str:
        if not (told := environment.get(found[1])):
            raise BadConfiguration(f"the environment variable {found[1]} is not set")
        return told

    return _VARIABLE.sub(value, text)
