"""One file, or one page, taken: read, sent, remembered; and how to say what became of it."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patuh.importing.feeds.formats import About, reader
from patuh.importing.memory import Memory
from patuh.importing.outcomes import Outcome, Rejected, Unusable
from patuh.importing.running import Send, run_import
from patuh.importing.summary import Summary

Sending = Callable[[str | None], Send]


@dataclass(frozen=True)
class Means:
    """What taking needs: how to send under a key (`${NAME}`, or None for the usual one), the memory, and
    the file of the secret that names persons in ids.
    """

    send: Sending
    memory: Memory
    secret: Path


class NotTaken(Exception):
    """The file as a whole could not be used; why, in Indonesian and English."""

    def __init__(self, indonesian: str, english: str) -> None:
        super().__init__(english)
        self.indonesian, self.english = indonesian, english


@dataclass
class _Watched:
    """Looks on as outcomes pass: a reject of the file as a whole means that not all of it was read."""

    damage: Rejected | None = None

    def over(self, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        for outcome in outcomes:
            if isinstance(outcome, Rejected) and not outcome.field and _whole(outcome):
                self.damage = self.damage or outcome
            yield outcome


def _whole(rejected: Rejected) -> bool:
    return rejected.place.line is None and rejected.place.item is None


def take(
    paths: Sequence[Path], kind: str, about: About, means: Means, key: str | None, rejects: Path
) -> Summary:
    """Import files as one. Raises NotTaken: they cannot be used; SendingFailed, OSError: try again later."""
    watched = _Watched()
    outcomes = watched.over(reader(kind)(paths, about))
    try:
        summary = run_import(outcomes, means.send(key), memory=means.memory, reject_path=rejects)
    except Unusable as error:
        told = f"{error.field}: {error.rule}" if error.field else error.rule
        raise NotTaken(f"Berkas tidak dapat dipakai: {told}", f"The file cannot be used: {told}") from error
    if watched.damage:
        raise _damaged(watched.damage)
    if summary.rejected and not summary.mapped and not summary.skipped:
        rule, _ = summary.rules.most_common(1)[0]
        raise NotTaken(
            f"Tidak ada satu pun yang dapat dipakai. Alasan tersering: {rule}",
            f"Nothing in it could be used. The most frequent reason: {rule}",
        )
    return summary


def _damaged(damage: Rejected) -> NotTaken:
    return NotTaken(
        f"Berkas rusak atau bukan format ini: {damage.rule}",
        f"The file is damaged or not of this format: {damage.rule}",
    )


def account(summary: Summary) -> dict[str, Any]:
    """The counts of an import, for a file beside the one that was taken."""
    sent = summary.sent
    return {
        "read": summary.read,
        "used": summary.mapped,
        "skipped": dict(summary.skipped),
        "rejected": summary.rejected,
        "events": summary.events,
        "types": dict(summary.types),
        "accepted": sent.accepted,
        "duplicates": sent.duplicates,
        "rejected_by_gateway": sent.rejected,
        "rules": dict(summary.rules),
        "defects": dict(summary.defects),
    }


def digest(path: Path) -> str:
    """Of the file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:64]
