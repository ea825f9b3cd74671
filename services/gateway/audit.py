"""The record of who was refused what. Same refusals of one moment are one line with a count."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.gateway import key_store
from services.gateway.key_store import Audited
from services.gateway.later import Later
from shared import logging
from shared.clock import Clock
from shared.identifiers import NIK_ANYWHERE

_WINDOW_SECONDS = 1.0
# Whoever floods the door with ever other names gets this many lines a window, and then one for the rest.
_MOST_LINES = 100
_LONGEST = 300
_log = logging.get(__name__)


@dataclass(frozen=True)
class Refused:
    """What was refused to whom. `field`, `source`, `type`, `subject`: of the member, when it was one."""

    key_id: str | None
    agency: str | None
    remote: str
    status: int
    rule: str
    field: str | None = None
    source: str | None = None
    type: str | None = None
    subject: str | None = None


class Audit:
    """Collects refusals for a second, then has them stored and logged."""

    def __init__(self, later: Later, clock: Clock, seconds: Callable[[], float]) -> None:
        self._later, self._clock, self._seconds = later, clock, seconds
        self._counts: dict[Refused, int] = {}
        self._since = seconds()

    def add(self, refused: Refused) -> None:
        """Count a refusal."""
        if refused not in self._counts and len(self._counts) >= _MOST_LINES:
            refused = Refused(None, None, "(many)", refused.status, "more of the same moment")
        self._counts[refused] = self._counts.get(refused, 0) + 1

    def turn(self) -> None:
        """Store what was collected once its window has passed."""
        if self._seconds() - self._since >= _WINDOW_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Store and log what was collected."""
        counts, self._counts, self._since = self._counts, {}, self._seconds()
        if not counts:
            return
        now = self._clock.now()
        rows = [_row(now, one, count) for one, count in counts.items()]
        self._later.add(key_store.add_audited, rows)
        for row in rows:
            _log.warning("refused", **_told(row))


def _row(now: datetime, one: Refused, count: int) -> Audited:
    who = (one.key_id, _plain(one.agency), _plain(one.remote), None, one.status)
    member = (_plain(one.source), one.type, one.subject)
    return Audited(now, *who, one.field, _plain(one.rule) or "", *member, count)


def _told(row: Audited) -> dict[str, object]:
    names = ("key_id", "agency", "remote", "status", "field", "rule", "source", "type", "subject", "count")
    return {name: getattr(row, name) for name in names if getattr(row, name) is not None}


def _plain(text: str | None) -> str | None:
    """The text, of bounded length and without what may be a person's number."""
    return None if text is None else NIK_ANYWHERE.sub("(number)", text)[:_LONGEST]
