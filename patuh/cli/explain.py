"""`patuh explain`: every rule about one subject: what it asked, what it was told, how it ended."""

import json
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote

import httpx
import typer
from rich.markup import escape
from rich.tree import Tree

from patuh.cli.options import DEFAULT_DATA, Data, Json, read_date, screen, told_plainly
from patuh.located import locate

_MARKS = {
    "wrong": "[red]![/]",
    "undecided": "[yellow]?[/]",
    "fine": "[green]+[/]",
    "not-applicable": "[dim]-[/]",
}
_HOLDS = {True: "[green]ya/yes[/]", False: "[dim]tidak/no[/]", None: "[yellow]?[/]"}
Both = Literal["id", "en"]


def explain(
    subject: Annotated[str, typer.Argument(help="employer:<npwp16>, project:<id>, agency:, group:, feed:")],
    data: Data = DEFAULT_DATA,
    on: Annotated[
        date | None,
        typer.Option(parser=read_date, metavar="DATE", help="The day asked about; default: today."),
    ] = None,
    known: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="Only what was known then: 2025-06-01T12:00:00+07:00."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show also the rules that do not apply.")] = False,
    as_json: Json = False,
) -> None:
    """Say what every rule made of a company or a project, down to each fact and article.

    Examples:

        patuh explain employer:0012345678901000

        patuh explain project:ocds-afzrfb-s-2017-1 --on 2025-06-30 --json
    """
    asked = {"on": on.isoformat() if on else None, "known": known}
    with told_plainly():
        url = f"{locate(data).urls['employer']}/v1/subjects/{quote(subject, safe=':')}/explanation"
        query = {name: value for name, value in asked.items() if value}
        told = httpx.get(url, params=query, timeout=30).raise_for_status().json()
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    screen.print(_tree(told, everything), highlight=False)
    for flag in told["flags"]:
        if flag["status"] != "open":
            screen.print(
                f"ended: {flag['code']} {flag['status']} on {flag['ended_on']} (raised {flag['raised_on']})"
            )


def _tree(told: dict[str, Any], everything: bool) -> Tree:
    tree = Tree(f"[bold]{escape(told['subject'])}[/], {told['on']}: {len(told['facts'])} fakta/facts")
    for rule in told["rules"]:
        if everything or rule["outcome"] != "not-applicable":
            _add_rule(tree, rule)
    return tree


def _add_rule(tree: Tree, rule: dict[str, Any]) -> None:
    head = f"{_MARKS[rule['outcome']]} [bold]{rule['code']}[/] {_both(rule['title'])}"
    branch = tree.add(f"{head}: {_both(rule['outcome_text'])} ({', '.join(rule['law'])})")
    for condition in rule["conditions"]:
        _add_condition(branch, condition)
    if rule["undecided"]:
        branch.add(f"[yellow]{escape(rule['undecided'])}[/]")
    if "texts" in rule:
        for text in (rule["texts"]["reason"], rule["texts"]["remedy"]):
            branch.add(escape(text["id"])).add(escape(text["en"]))
        _add_evidence(branch.add("bukti/evidence"), rule["finding"]["evidence"])


def _add_condition(branch: Tree, condition: dict[str, Any]) -> None:
    value = f" = {escape(condition['value'])}" if condition.get("value") else ""
    added = branch.add(f"{_both(condition['text'])}{value}: {_HOLDS[condition['holds']]}")
    _add_evidence(added, condition.get("evidence", []))


def _add_evidence(branch: Tree, evidence: list[dict[str, Any]]) -> None:
    for one in evidence:
        branch.add(f"[dim]{escape(one['name'])} = {escape(one['value'])}  ({escape(_origin(one))})[/]")


def _origin(one: dict[str, Any]) -> str:
    if one.get("article"):
        return f"{one['article']}, {one['confidence']}"
    return f"{one['source']} {one['id']}" if one.get("id") else "dihitung/reckoned"


def _both(text: dict[Both, str]) -> str:
    return escape(text["id"] if text["id"] == text["en"] else f"{text['id']} / {text['en']}")
