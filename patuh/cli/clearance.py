"""`patuh clearance`: may this contractor be given the work, may this project be paid? And checking that."""

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import msgspec
import typer
from rich.markup import escape

from patuh.cli.options import DEFAULT_DATA, Data, Json, screen, stop_with, told_plainly
from patuh.located import locate
from services.employer.clearance.signing import InvalidClearanceError, Keyring, Statement, read_public

_COLOURS = {"clear": "green", "not-clear": "red", "unknown": "yellow"}

Subject = Annotated[str | None, typer.Argument(help="employer:NPWP16, project:ID, agency:CODE or group:NAME")]
Pdf = Annotated[Path | None, typer.Option("--pdf", help="Write the clearance as PDF to this file.")]
Verify = Annotated[
    str | None,
    typer.Option(
        "--verify", help="Check this clearance: the signed text, the address of its QR code, a file."
    ),
]
Keys = Annotated[
    str | None,
    typer.Option("--keys", help="Public keys to check with: an address or a file; else the running stack's."),
]


def clearance(
    subject: Subject = None,
    data: Data = DEFAULT_DATA,
    pdf: Pdf = None,
    verify: Verify = None,
    keys: Keys = None,
    as_json: Json = False,
) -> None:
    """Say whether a subject is clear, not clear or unknown, and why; or check what was said before.

    A check ends with status 1 unless the signature is good. It does not ask whether the state has changed.

    Examples:

        patuh clearance employer:0012345678901000

        patuh clearance project:ocds-afzrfb-s-2017-1 --pdf clearance.pdf

        patuh clearance --verify clearance.json --keys https://patuh.example.id/v1/clearance/keys
    """
    if (subject is None) == (verify is None):
        stop_with("name one subject, or what to --verify")
    with told_plainly():
        if verify is not None:
            _tell_verified(_verified(verify, keys, data), as_json)
        else:
            _ask(
                f"{locate(data).urls['employer']}/v1/clearance/{quote(str(subject), safe=':/')}", pdf, as_json
            )


def _ask(url: str, pdf: Path | None, as_json: bool) -> None:
    if pdf:
        pdf.write_bytes(_get(f"{url}/certificate.pdf").content)
        screen.print(f"written to {escape(str(pdf))}")
        return
    told = _get(url).json()
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    colour = _COLOURS[told["status"]]
    screen.print(
        f"[bold {colour}]{told['status'].upper()}[/]  {escape(told['name'])}  {escape(told['subject'])}"
    )
    screen.print(f"  as of {told['as_of']}, valid until {told['valid_until']}", highlight=False)
    for reason in told["reasons"]:
        _tell(reason)
    screen.print(f"  check: {told['check_url']}", highlight=False, markup=False)


def _tell(reason: dict[str, Any]) -> None:
    screen.print(
        f"  [bold]{reason['code']}[/]  {escape(reason['title']['id'])} / {escape(reason['title']['en'])}"
    )
    for language in ("id", "en"):
        screen.print(f"    {escape(reason['reason'][language])}", highlight=False)
    screen.print(f"    law: {', '.join(reason['articles'])}", highlight=False, markup=False)


def _get(url: str) -> httpx.Response:
    """The answer; what the service refuses is told in its own words."""
    answer = httpx.get(url, timeout=60)
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        stop_with(answer.json()["detail"])
    return answer.raise_for_status()


def _verified(what: str, keys: str | None, data: Path) -> Statement:
    where = keys or f"{locate(data).urls['employer']}/v1/clearance/keys"
    text = _get(where).text if where.startswith(("http://", "https://")) else Path(where).read_text()
    try:
        return Keyring(None, read_public(text, "--keys")).verify(_token(what))
    except InvalidClearanceError as error:
        stop_with(f"not valid: {error}")
    except ValueError as error:
        stop_with(str(error))


def _token(what: str) -> str:
    """The signed text in an argument: itself, in an address, in a file, in the JSON of a clearance."""
    if what.startswith(("http://", "https://")):
        return next(iter(parse_qs(urlsplit(what).query).get("jws", [])), "")
    if what.count(".") == 2 and what.startswith("ey"):
        return what
    text = Path(what).read_text().strip()
    return str(json.loads(text).get("jws", "")) if text.startswith("{") else _token_of(text)


def _token_of(text: str) -> str:
    return _token(text) if text.startswith("http") else text


def _tell_verified(said: Statement, as_json: bool) -> None:
    told = msgspec.to_builtins(said)
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    status = f"[bold {_COLOURS[said.status]}]{said.status.upper()}[/]"
    screen.print(f"[bold]signature valid[/]: {status}  {escape(said.sub)}")
    screen.print(f"  as of {told['as_of']}, valid until {told['valid_until']}", highlight=False)
    if said.reasons:
        screen.print(f"  reasons: {', '.join(said.reasons)}", highlight=False, markup=False)
