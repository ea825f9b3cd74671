"""What an import of lists is told besides the files: who says it, as of when, under which names."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from patuh.importing.registers.columns import Mapping
from patuh.importing.registers.kinds import Kind
from shared.clock import JAKARTA, local_date

_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_SECRET_BYTES = 32


@dataclass(frozen=True)
class About:
    """`said_at` is the `time` of every event; `as_of` the day the list speaks of where a row names none.

    `mapping` None: the columns as guessed. `previous` is last month's list (`sipp` alone). `secret` makes
    names for persons that nobody can turn back into their numbers; the same secret gives the same names.
    """

    kind: Kind
    source: str
    said_at: datetime
    as_of: date | None
    secret: bytes
    mapping: Mapping | None = None
    sheet: str | None = None
    previous: Path | None = None

    def person(self, nik: str) -> str:
        """A name for a person in keys and ids. Letters alone: digits in a row could pass for a number."""
        return hashlib.blake2b(nik.encode(), key=self.secret, digest_size=12).hexdigest().translate(_LETTERS)


def keep_secret(path: Path) -> bytes:
    """The secret in a file, made on first use and readable by its owner alone. Raises OSError."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_SECRET_BYTES))
    return path.read_bytes()


def said_at(paths: Iterable[Path], as_of: date | None, now: datetime) -> datetime:
    """When the lists were made, for the `time` of events: the last change of the files, at the latest `now`.

    The same files always give the same instant, so that sending again what got no answer is a duplicate.
    A list of an earlier day `as_of` stays within that day, and a later version of it still comes later.
    """
    saved = [datetime.fromtimestamp(path.stat().st_mtime, JAKARTA) for path in paths]
    latest = min([now, max(saved, default=now)])
    if as_of is None or as_of >= local_date(latest):
        return latest
    begin = datetime.combine(as_of, time(), JAKARTA)
    elapsed = (latest - begin) / timedelta(days=1)
    return begin + timedelta(days=elapsed / (elapsed + 1))
