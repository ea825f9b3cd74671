"""`patuh explain`: everything that was found about one subject, and on what it rests."""

import json
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer
from rich.markup import escape

from patuh.cli.options import DEFAULT_DATA, Data, Json, screen, told_plainly
from patuh.located import locate


def explain(
    subject: Annotated[str, typer.Argument(help="employer:<npwp16>, project:<id>, ...")],
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Say what was found about a company or a project, with every fact and article it rests on.

    Examples:

        patuh explain employer:0012345678901000

        patuh explain project:ocds-afzrfb-s-2017-1 --json
    """
    with told_plainly():
        url = f"{locate(data).urls['employer']}/v1/subjects/{quote(subject, safe=':')}/explanation"
        told = httpx.get(url, timeout=30).raise_for_status().json()
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    screen.print(
        f"[bold]{subject}[/] on {told['on']}: {len(told['facts'])} facts, {len(told['findings'])} findings"
    )
    for finding in told["findings"]:
        _tell(finding)
    for flag in told["flags"]:
        if flag["status"] != "open":
            screen.print(
                f"ended: {flag['code']} {flag['status']} on {flag['ended_on']} (raised {flag['raised_on']})"
            )


def _tell(finding: dict[str, Any]) -> None:
    if finding["undecided"]:
        screen.print(f"[yellow]?[/] {finding['code']}: cannot decide, {escape(finding['undecided'])}")
        return
    texts = {name: {k: escape(v) for k, v in text.items()} for name, text in finding["texts"].items()}
    screen.print(f"[red]![/] [bold]{finding['code']}[/]  {texts['reason']['id']}\n  {texts['reason']['en']}")
    screen.print(f"  law: {', '.join(finding['law'])}\n  to do: {texts['remedy']['id']}")
    for one in finding["evidence"]:
        origin = one.get("article") or (f"{one['source']} {one['id']}" if one.get("id") else "coverage")
        screen.print(f"    {one['name']} = {one['value']}  ({origin})", highlight=False, markup=False)
