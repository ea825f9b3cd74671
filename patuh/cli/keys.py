"""`patuh keys`: keys of agencies, and the record of what was refused."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from getpass import getuser
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from patuh.agency_keys import in_gateway
from patuh.cli.key_tables import audit_rows, audit_table, key_rows, key_table
from patuh.cli.moments import now, read_duration, read_end, read_instant
from patuh.cli.options import DEFAULT_DATA, Data, Json, screen, stop_with, told_plainly
from patuh.located import locate
from services.gateway import key_store, keys
from services.gateway.grants import Grant, Key
from services.gateway.scopes import BadGrant
from shared.clock import local_date

app = typer.Typer(help="Keys of agencies.", no_args_is_help=True)

Database = Annotated[
    str | None,
    typer.Option(
        envvar="DATABASE_URL", help="The gateway's database, when no stack runs on the data folder."
    ),
]
By = Annotated[
    str | None, typer.Option("--by", help="Who does it, for the audit; else the user of this machine.")
]
KeyId = Annotated[str, typer.Argument(metavar="KEY_ID", help="As `patuh keys list` shows it.")]
Many = list[str] | None


def _dsn(database: str | None, data: Path) -> str:
    return database.replace("{service}", "gateway") if database else locate(data).dsns["gateway"]


@contextmanager
def _refused_plainly() -> Iterator[None]:
    try:
        yield
    except BadGrant as error:
        stop_with(str(error))


def _tell_made(key: Key, shown: str | None, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"id": key.id, "key": shown, "oauth_client": key.oauth_client}))
    else:
        print(shown or key.id)


@app.callback()
def group() -> None:
    """Keys of agencies."""


@app.command()
def create(
    agency: Annotated[str, typer.Option(help="Who will use the key.")],
    source: Annotated[list[str], typer.Option(help="CloudEvents source it may speak for; may be repeated.")],
    kind: Annotated[
        Many, typer.Option("--type", help="Event type, or a pattern as id.patuh.project.*; may be repeated.")
    ] = None,
    subject: Annotated[
        Many, typer.Option(help="Subject, or its beginning and a star: project:lkpp-405-*; may be repeated.")
    ] = None,
    expires: Annotated[
        datetime | None, typer.Option(parser=read_end, metavar="END", help="2026-12-31, or 365d.")
    ] = None,
    rate: Annotated[str | None, typer.Option(help="Events, as 200/second;6000/minute.")] = None,
    daily: Annotated[int | None, typer.Option(help="Events a day (Asia/Jakarta).")] = None,
    oauth_client: Annotated[
        str | None, typer.Option(help="No key: a scope for this client of the token issuer.")
    ] = None,
    by: By = None,
    database: Database = None,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Make a key and print it, and nothing else. It is stored as a hash and cannot be shown again.

    Without --type and --subject it may say anything for its sources. Events about workers are
    judged by the employer and the project that they name.

    Examples:

        patuh keys create --agency "LPSE Kota Sukabumi" --source https://lpse.example.id/sukabumikota

        patuh keys create --agency LPSE --source https://lpse.example.id --type 'id.patuh.project.*' \\
            --subject 'project:lkpp-405-*' --expires 365d --rate '200/second;6000/minute' --daily 500000
    """
    grant = Grant(
        agency=agency,
        sources=source,
        types=kind or [],
        subjects=subject or [],
        expires_at=expires,
        rate=rate,
        daily=daily,
        oauth_client=oauth_client,
    )
    with told_plainly(), _refused_plainly():
        dsn, at, who = _dsn(database, data), now(), by or getuser()
        _tell_made(*in_gateway(dsn, lambda t: keys.issue(t, grant, at, who)), as_json)


@app.command()
def rotate(
    key_id: KeyId,
    overlap: Annotated[
        timedelta | None,
        typer.Option(parser=read_duration, metavar="TIME", help="How long the old key still works; else 7d."),
    ] = None,
    by: By = None,
    database: Database = None,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Make a new key with the same scope, print it, and let the old one end after a while.

    Examples:

        patuh keys rotate 3f9a0c11d2e4 --overlap 7d
    """
    both = timedelta(days=7) if overlap is None else overlap
    with told_plainly(), _refused_plainly():
        dsn, at, who = _dsn(database, data), now(), by or getuser()
        _tell_made(*in_gateway(dsn, lambda t: keys.rotate(t, key_id, both, at, who)), as_json)


@app.command()
def revoke(key_id: KeyId, by: By = None, database: Database = None, data: Data = DEFAULT_DATA) -> None:
    """Take a key away: it fails within a second.

    Examples:

        patuh keys revoke 3f9a0c11d2e4
    """
    with told_plainly(), _refused_plainly():
        dsn, at, who = _dsn(database, data), now(), by or getuser()
        key = in_gateway(dsn, lambda t: keys.revoke(t, key_id, at, who))
    screen.print(f"revoked {key.id} of {escape(key.agency)}", highlight=False)


@app.command("list")
def list_keys(database: Database = None, data: Data = DEFAULT_DATA, as_json: Json = False) -> None:
    """Show every key with what it may do, its use and its state; never the key itself.

    Examples:

        patuh keys list --json
    """
    at = now()
    with told_plainly():
        found = in_gateway(_dsn(database, data), lambda t: key_store.listed(t, local_date(at)))
    if as_json:
        print(json.dumps(key_rows(found, at), ensure_ascii=False))
    else:
        screen.print(key_table(found, at))


@app.command()
def audit(
    agency: Annotated[str | None, typer.Option(help="Only of this agency.")] = None,
    since: Annotated[
        datetime | None, typer.Option(parser=read_instant, metavar="WHEN", help="2026-01-31, or 24h.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many lines.")] = 1000,
    database: Database = None,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Show what was refused to whom and why, and who made, rotated and revoked keys; the newest last.

    Examples:

        patuh keys audit --since 24h

        patuh keys audit --agency "LPSE Kota Sukabumi" --json
    """
    with told_plainly():
        found = in_gateway(_dsn(database, data), lambda t: key_store.audit(t, agency, since, limit))
    if as_json:
        print(json.dumps(audit_rows(found), ensure_ascii=False))
    else:
        screen.print(audit_table(found))
