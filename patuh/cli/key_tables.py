"""Keys and the audit as tables, and as JSON. No hash is ever shown."""

from datetime import datetime
from typing import Any

import msgspec
from rich.markup import escape
from rich.table import Table

from services.gateway.key_store import Audited, Listed
from shared.clock import JAKARTA

_STYLES = {"active": "green", "ending": "yellow", "expired": "dim", "revoked": "red"}


def key_rows(found: list[Listed], now: datetime) -> list[dict[str, Any]]:
    """Keys for JSON; instants in RFC 3339, local time."""
    return [_row(one, now) for one in found]


def _row(one: Listed, now: datetime) -> dict[str, Any]:
    key = one.key
    return {
        "id": key.id,
        "agency": key.agency,
        "oauth_client": key.oauth_client,
        "sources": key.sources,
        "types": key.types,
        "subjects": key.subjects,
        "rate": key.rate,
        "daily": key.daily,
        "created": _local(key.created_at),
        "expires": _local(key.expires_at),
        "last_used": _local(one.last_used),
        "used_today": one.used_today,
        "state": key.state(now),
    }


def key_table(found: list[Listed], now: datetime) -> Table:
    """Keys for people."""
    table = Table(box=None)
    for head in ("id", "agency", "may say", "when", "today", "state"):
        table.add_column(head, overflow="fold", no_wrap=head in ("id", "when", "state"))
    for row in key_rows(found, now):
        client = f"\nOAuth2: {row['oauth_client']}" if row["oauth_client"] else ""
        state = f"[{_STYLES[row['state']]}]{row['state']}[/]"
        may, when = escape(_allowed(row)), _times(row)
        table.add_row(row["id"], escape(row["agency"] + client), may, when, f"{row['used_today']:,}", state)
    return table


def _allowed(row: dict[str, Any]) -> str:
    limits = [row["rate"], f"{row['daily']:,} a day" if row["daily"] else None]
    told = {
        "sources": row["sources"],
        "types": row["types"] or ["any"],
        "subjects": row["subjects"] or ["any"],
        "at most": [limit for limit in limits if limit],
    }
    return "\n".join(f"{name}: {' '.join(said)}" for name, said in told.items() if said)


def _times(row: dict[str, Any]) -> str:
    told = {"created": row["created"], "expires": row["expires"], "used": row["last_used"]}
    return "\n".join(f"{name} {said[:16].replace('T', ' ')}" for name, said in told.items() if said)


def audit_rows(found: list[Audited]) -> list[dict[str, Any]]:
    """The audit for JSON."""
    return [msgspec.to_builtins(one) | {"at": _local(one.at)} for one in found]


def audit_table(found: list[Audited]) -> Table:
    """The audit for people."""
    table = Table(box=None)
    for head in ("at", "who", "key", "status", "what", "member", "times"):
        table.add_column(head, overflow="fold", no_wrap=head == "key")
    for one in found:
        who = f"{one.agency or '?'}\n{one.actor or one.remote or ''}"
        what = f"{one.field}: {one.rule}" if one.field else one.rule
        member = "\n".join(filter(None, (one.source, one.type, one.subject)))
        at = one.at.astimezone(JAKARTA).strftime("%Y-%m-%d %H:%M:%S")
        status = str(one.status or "")
        table.add_row(at, escape(who), one.key_id or "", status, escape(what), escape(member), str(one.count))
    return table


def _local(instant: datetime | None) -> str | None:
    return instant.astimezone(JAKARTA).isoformat(timespec="seconds") if instant else None
