"""`patuh assess`: the pure assessment over events in files."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from patuh.assessing import as_line, facts_in, findings_on, said_by
from patuh.cli.options import Json, aside, read_date, screen, stop_with, tell_rejected
from patuh.cloudevents_files import Member, members
from services.employer.finding import Finding
from shared.events import BadEvent
from shared.law import load


def assess(
    files: Annotated[
        list[Path], typer.Argument(help="CloudEvents: JSON array, one object, or JSON Lines; - is stdin.")
    ],
    on: Annotated[date, typer.Option(parser=read_date, metavar="DATE", help="The day to assess.")],
    known: Annotated[
        date | None,
        typer.Option(parser=read_date, metavar="DATE", help="Only what was said by the end of this day."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Assess every employer and project in the files as of a day, with no Kafka and no database.

    With --json one finding a line; `undecided` names the fact that is missing, otherwise it is null.

    Examples:

        patuh assess --on 2025-04-22 events.jsonl

        patuh assess --on 2025-04-22 --known 2025-04-22 --json employers.json projects.json workers.jsonl.gz
    """
    rejected: list[str] = []

    def on_reject(member: Member, error: BadEvent) -> None:
        rejected.append(member.place)
        tell_rejected(member, error)

    try:
        facts = facts_in((m for path in files for m in members(path)), on_reject)
    except (OSError, ValueError) as error:
        stop_with(str(error))
    try:
        found = findings_on(said_by(facts, known), load(), on)
    except LookupError as error:
        stop_with(str(error))
    for finding in found:
        print(json.dumps(as_line(finding), ensure_ascii=False)) if as_json else _tell(finding)
    aside.print(f"{len(facts)} facts, {len(rejected)} rejected", highlight=False)


def _tell(finding: Finding) -> None:
    subject = escape(finding.subject)
    if finding.undecided:
        screen.print(f"[yellow]?[/] {finding.code} {subject}: cannot decide, {escape(finding.undecided)}")
        return
    _, reason, remedy = finding.texts(load())
    told = f"{subject}\n  {escape(reason.en)}\n  -> {escape(remedy.en)}"
    screen.print(f"[red]![/] [bold]{finding.code}[/] {told}", highlight=False)
