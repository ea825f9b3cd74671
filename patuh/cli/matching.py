"""`patuh matching`: what could not be matched, and why."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import typer
from rich.markup import escape
from rich.tree import Tree

from patuh.cli.options import DEFAULT_DATA, Data, Json, screen, told_plainly
from patuh.located import locate
from services.employer.matching import Code

_PAGE = 10_000
_SHOWN = 50


def matching(
    data: Data = DEFAULT_DATA,
    code: Annotated[Code | None, typer.Option(help="Only lines with this reason, e.g. number-alone.")] = None,
    as_json: Json = False,
) -> None:
    """Show which employers, contractors and enrolments no number brings together; with --json, every line.

    A name in common is shown to be looked at. Nothing is ever joined by it.

    Examples:

        patuh matching

        patuh matching --code contractor-unknown --json
    """
    with told_plainly():
        pages = _pages(locate(data).urls["employer"], code)
        if as_json:
            print(json.dumps([line for page in pages for line in page["lines"]], ensure_ascii=False))
        else:
            _show(next(pages))


def _pages(url: str, code: str | None) -> Iterator[dict[str, Any]]:
    offset, total = 0, 1
    while offset < total:
        query: dict[str, str | int] = {"limit": _PAGE, "offset": offset} | ({"code": code} if code else {})
        page = httpx.get(f"{url}/v1/matching", params=query, timeout=300).raise_for_status().json()
        offset, total = offset + _PAGE, page["total"]
        yield page


def _show(page: dict[str, Any]) -> None:
    for line in page["lines"][:_SHOWN]:
        screen.print(_tree(line), highlight=False)
    if page["total"] > _SHOWN:
        screen.print(f"... and {page['total'] - _SHOWN} more: see --code and --json", highlight=False)
    for code, number in page["counts"].items():
        screen.print(f"{code}: {number}", highlight=False)
    screen.print(f"{sum(page['counts'].values())} not matched", highlight=False)


def _tree(line: dict[str, Any]) -> Tree:
    who = " ".join(str(line[name]) for name in ("subject", "name", "region") if line[name])
    tree = Tree(f"[bold]{line['code']}[/] {escape(who)}")
    for text in (line["reason"], line["remedy"]):
        tree.add(escape(text["id"])).add(escape(text["en"]))
    if line["numbers"]:
        tree.add(escape(", ".join(line["numbers"])))
    if line["workers"]:
        tree.add(f"{line['workers']} pekerja/workers")
    for one in line["candidates"]:
        where = one["region"] or "?"
        tree.add(f"lihat/look at: {escape(one['subject'])} {escape(one['name'])} {escape(where)}")
    for fact in line["facts"]:
        tree.add(f"[dim]{escape(fact['source'])} {escape(fact['id'])}[/]")
    return tree
