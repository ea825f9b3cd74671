"""What a key allows, a key as it is stored, and who speaks with it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

import limits

from services.gateway.scopes import SCOPE, BadGrant, Scope, check_patterns
from shared.events import BadEvent, Event

_SOON = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a key allows. `rate`: how many events, such as `200/second;6000/minute`: the longer window is the
    rate, the shorter one the burst. `daily`: events a day in Asia/Jakarta. None is no limit.
    """

    agency: str
    sources: list[str]
    types: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    expires_at: datetime | None = None
    rate: str | None = None
    daily: int | None = None
    oauth_client: str | None = None

    def check(self) -> None:
        """Raise BadGrant when it makes no sense."""
        if not self.agency.strip():
            raise BadGrant("agency: must not be empty")
        check_patterns(self.sources, self.types, self.subjects)
        if self.daily is not None and self.daily < 1:
            raise BadGrant("daily: at least 1")
        if self.oauth_client is not None and not self.oauth_client.strip():
            raise BadGrant("oauth-client: must not be empty")
        if self.rate is not None:
            _check_rate(self.rate)


def _check_rate(rate: str) -> None:
    try:
        windows = limits.parse_many(rate)
    except ValueError as error:
        raise BadGrant("rate: such as 200/second or 200/second;6000/minute") from error
    if any(window.amount < 1 for window in windows):
        raise BadGrant("rate: at least 1")


@dataclass(frozen=True, kw_only=True)
class Key(Grant):
    """A key as it is stored. `line`: the first key of those that were rotated into each other, which
    share one rate and one daily limit. `hashed`: None for an OAuth2 client.
    """

    id: str
    line: str
    hashed: str | None
    created_at: datetime
    revoked_at: datetime | None = None

    @cached_property
    def scope(self) -> Scope:
        """Its limits on what may be said."""
        return Scope(self.sources, self.types, self.subjects)

    def ended(self, now: datetime) -> str | None:
        """`revoked` or `expired`, else None."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else None

    def state(self, now: datetime) -> str:
        """`active`, `ending` (within 30 days), `expired` or `revoked`."""
        ends_soon = self.expires_at is not None and self.expires_at - now < _SOON
        return self.ended(now) or ("ending" if ends_soon else "active")


@dataclass(frozen=True)
class Foreign:
    """A member that was refused for its scope, as the audit shows it."""

    field: str
    source: str
    type: str
    subject: str


@dataclass
class Agency:
    """Who speaks in one request, with which key and from where, and what of it was outside its scope."""

    key: Key
    remote: str
    refused: list[Foreign] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The agency's name."""
        return self.key.agency

    def check(self, event: Event) -> None:
        """Raise BadEvent when a published event is outside the scope."""
        outside = self.key.scope.outside(event)
        if outside:
            raise self._outside(outside, event)

    def check_taking_back(self, event: Event, key: str | None) -> None:
        """Raise BadEvent unless it may retract a fact of this key; None when the fact is not remembered."""
        if not self.key.scope.may_take_back(key):
            raise self._outside("data.id", event)

    def _outside(self, name: str, event: Event) -> BadEvent:
        self.refused.append(Foreign(name, event.source, event.kind.name, event.subject))
        return BadEvent(name, SCOPE)
