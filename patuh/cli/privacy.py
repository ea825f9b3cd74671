"""`patuh privacy`: look up, hand out, erase, re-key, keep no longer than needed."""

import asyncio
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import SQLAlchemyError

from patuh.cli.options import DEFAULT_DATA, Data, Json, aside, screen, stop_with, told_plainly
from patuh.privacy import erasing, exporting, looking, reencrypting, rekeying, retention
from patuh.privacy.custody import Custody, custody, plain
from services.gateway.vault import VaultError
from shared.events import BadEvent
from shared.identifiers import WORKER_REF, InvalidIdentifier

app = typer.Typer(help="What is held about persons, and for how long.", no_args_is_help=True)
Who = Annotated[str, typer.Option(help="Who asks; kept in the audit.", default_factory=getpass.getuser)]
NikFile = Annotated[
    Path | None,
    typer.Option(help="File with the NIK; - is standard input. Without it the NIK is asked for."),
]
STAYS = """What stays, and why (docs/privacy.md):
- facts under the reference stay on the topics until their retention ends: nothing is cut out of a log.
  Without the vault's row nobody here can tell whose they are, except by the NIK and the gateway's key.
- facts that name the person as an employer or contractor stay: they are about the workers' rights, whose
  processing the law requires (UU 24/2011 art. 15; UU 27/2022 art. 15 and 50).
- cases, letters and alerts already made stay while a proceeding may need them (UU 27/2022 art. 44).
- the count of workers of her employers falls by one, as if she had never been enrolled there."""


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        with told_plainly():
            yield
    except (VaultError, InvalidIdentifier, BadEvent, ValueError) as error:
        stop_with(str(error))
    except KafkaError as error:
        stop_with(f"Kafka does not answer: {type(error).__name__}")
    except SQLAlchemyError as error:
        stop_with(f"the gateway's database does not answer: {type(error).__name__}")


def _nik(file: Path | None) -> str:
    """The NIK, never from an argument: those are kept in the shell's history and shown by `ps`."""
    if file is None:
        return str(typer.prompt("NIK", hide_input=True, err=True))
    return (sys.stdin.read() if str(file) == "-" else file.read_text()).strip()


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=aside, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@app.command()
def lookup(
    reference: Annotated[str, typer.Argument(help="worker_ref: 40 hexadecimal digits.")],
    who: Annotated[str, typer.Option(help="Who asks; kept in the audit.")],
    purpose: Annotated[str, typer.Option(help="What for; kept in the audit.")],
    reveal: Annotated[bool, typer.Option(help="Show the whole NIK.")] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Tell whom a reference stands for: the NIK masked, first six digits and last two. Always audited.

    Examples:

        patuh privacy lookup 8f3c2a90b1d4e5f60718293a4b5c6d7e8f901a2b --who "R. Dewi" --purpose "case 77"
    """
    wanted = reference.removeprefix("worker:").removeprefix("employer:person-")
    if not WORKER_REF.fullmatch(wanted):
        stop_with("REFERENCE: 40 hexadecimal digits")
    if not who.strip() or not purpose.strip():
        stop_with("--who and --purpose must not be empty")
    with _plainly():
        found = asyncio.run(_look_up(custody(data), wanted, who, purpose))
    if not found:
        stop_with("the vault does not hold this reference (the look-up is in the audit all the same)")
    print(found[0].person.nik if reveal else found[0].masked)
    aside.print(f"met from {found[0].first_seen} to {found[0].last_seen}", highlight=False)


async def _look_up(known: Custody, reference: str, who: str, purpose: str) -> list[looking.Found]:
    async with known.database() as database:
        return await looking.look_up(known, database, [reference], who, purpose)


@app.command()
def export(
    output: Annotated[Path, typer.Option(help="JSON file to write, readable by you only.")],
    who: Who,
    nik_file: NikFile = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Write everything that is held about one person: facts, what names her, the vault, who looked her up.

    Examples:

        patuh privacy export --output copy.json

        patuh privacy export --nik-file - --output copy.json < nik.txt
    """
    with _plainly(), _bar("reading the topics") as tell:
        known = custody(data)
        nik = plain(_nik(nik_file))
        report = asyncio.run(exporting.export(known, known.person(nik), nik, who, tell))
        _write_privately(output, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    parts = ("facts", "states", "dead_letters", "look_ups")
    counts = ", ".join(f"{len(report[part])} {part}" for part in parts)
    screen.print(f"{output}: {counts}", highlight=False)


def _write_privately(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text)


@app.command()
def erase(
    basis: Annotated[str, typer.Option(help="On which ground, with the article: it stays in the audit.")],
    who: Who,
    nik_file: NikFile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Forget a person: the row in the vault, and what the services hold about her until now.

    Examples:

        patuh privacy erase --basis "UU 27/2022 art. 43(1)(b): request of 6 October 2025"
    """
    if not basis.strip():
        stop_with("--basis must not be empty")
    with _plainly():
        known = custody(data)
        references = set(known.person(plain(_nik(nik_file))).values())
        with _bar("reading the topics") as tell:
            held = asyncio.run(erasing.held(known, references, tell))
        screen.print(
            f"vault: {held.vault} row(s); facts about the worker, which the services forget: "
            f"{held.as_worker}; "
            f"facts that name the person otherwise, which stay: {held.as_employer}",
            highlight=False,
        )
        screen.print(STAYS, highlight=False, markup=False)
        if not yes and not typer.confirm("Erase?", err=True):
            sys.exit(1)
        gone = asyncio.run(erasing.erase(known, references, who, basis))
    screen.print(f"erased: {gone} row(s) of the vault; the services are told", highlight=False)


@app.command()
def rekey(
    who: Who,
    again: Annotated[bool, typer.Option("--again", help="Begin anew from the first fact.")] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Publish what names references of an older key under the newest, and take the old facts back.

    Run it after the gateway was started with the newer key; interrupted, it goes on where it was.

    Examples:

        patuh privacy rekey
    """
    with _plainly(), _bar("reading the facts") as tell:
        told = asyncio.run(rekeying.rekey(custody(data), who, again, tell))
    screen.print(
        f"read {told.read}; re-keyed {told.rekeyed}; under the newest key already {told.current}; "
        f"taken back before {told.retracted}; not re-keyed, because the vault does not hold the person: "
        f"{told.not_in_vault} facts of {len(told.unknown)} references",
        highlight=False,
    )
    if told.rekeyed:
        screen.print("Start the gateway again, so that it knows the facts by what they say now.")


@app.command()
def reencrypt(who: Who, data: Data = DEFAULT_DATA) -> None:
    """Encrypt the vault under its newest key, so that the older one can be thrown away.

    Examples:

        patuh privacy reencrypt
    """
    with _plainly():
        count = asyncio.run(reencrypting.reencrypt(custody(data), who))
    screen.print(f"{count} row(s) encrypted anew", highlight=False)


@app.command("retention")
def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count and delete nothing.")] = False,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Delete what is older than PATUH_KEEP_..._DAYS say, and tell how long the topics keep theirs.

    Examples:

        patuh privacy retention --dry-run

        PATUH_KEEP_VAULT_DAYS=365 patuh privacy retention
    """
    with _plainly():
        known, settings = custody(data), retention.RetentionSettings()
        aged = asyncio.run(retention.retain(known, settings, dry_run))
        kept = asyncio.run(retention.of_topics(known.settings.kafka_bootstrap_servers))
    if as_json:
        print(json.dumps({"rows": {a.table: a.rows for a in aged}, "dry_run": dry_run, "topics": kept}))
        return
    verb = "would be deleted" if dry_run else "deleted"
    for one in aged:
        screen.print(f"{one.table:12} older than {one.days:5} days: {one.rows} {verb}", highlight=False)
    for name, words in kept.items():
        screen.print(f"{name:22} keeps: {words}", highlight=False)
