"""`patuh generate`: a made-up nation of any size as a stream of events."""

import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, BinaryIO, cast

import typer
from aiokafka.errors import KafkaError
from pydantic import SecretStr
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from patuh.cli.options import aside, read_date, stop_with, told_plainly
from patuh.nation import Arrival, NationPlan, nation_events
from patuh.nation.writing import Format, Step, publish, write
from shared.events import Event
from shared.settings import Settings

_FAST, _START = 3, date(2025, 1, 1)


def generate(
    employers: Annotated[int, typer.Option(help="How many employers.")],
    workers: Annotated[int, typer.Option(help="How many workers they have together.")],
    months: Annotated[int, typer.Option(help="A line about each worker for so many months.")] = 1,
    seed: Annotated[int, typer.Option(help="Another seed makes another nation.")] = 1,
    start: Annotated[
        date | None,
        typer.Option(parser=read_date, metavar="DATE", help="A day of the first month; default: 2025-01-01."),
    ] = None,
    arrival: Annotated[
        Arrival, typer.Option(help="A month's workers in random order, or those of each employer together.")
    ] = "shuffled",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file; - is standard output.")
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="CloudEvents a line, or each with its topic and key.")
    ] = "jsonl",
    zipped: Annotated[bool, typer.Option("--gzip", help="Compress the file.")] = False,
    nik: Annotated[
        bool, typer.Option("--nik", help="Name workers by a synthetic NIK (region 99), as agencies do.")
    ] = False,
    to_kafka: Annotated[
        str | None,
        typer.Option(metavar="SERVERS", help="Write to the topics of this Kafka, past the gateway."),
    ] = None,
) -> None:
    """Make up employers, projects, workers and contributions of a nation, in constant memory.

    The same options give the same events. Workers are synthetic; their references are no real person's.

    Examples:

        patuh generate --employers 900000 --workers 35000000 --months 1 --gzip -o month.jsonl.gz

        patuh generate --employers 100 --workers 4000 --months 5 --nik -o - | patuh emit -

        patuh generate --employers 1000 --workers 60000 --to-kafka 127.0.0.1:9092
    """
    plan = _plan(employers, workers, months, seed, start or _START, nik)
    if (output is None) == (to_kafka is None):
        stop_with("say where to: either -o FILE (- is standard output) or --to-kafka SERVERS")
    if to_kafka and nik:
        stop_with("--nik: no NIK goes on a topic; send such events through the gateway")
    with told_plainly(), _progress(plan.events) as step:
        events = nation_events(plan, arrival)
        made = (
            _published(events, to_kafka, step) if to_kafka else _written(events, output, form, zipped, step)
        )
    aside.print(f"{made:,} events", highlight=False)


def _plan(employers: int, workers: int, months: int, seed: int, start: date, nik: bool) -> NationPlan:
    try:
        return NationPlan(
            employers, workers, months, seed, start.replace(day=1), "nik" if nik else "reference"
        )
    except ValueError as error:
        stop_with(str(error))


def _written(events: Iterator[Event], output: Path | None, form: Format, zipped: bool, step: Step) -> int:
    assert output is not None
    with _opened(output, zipped) as file:
        return write(events, file, form, step)


def _published(events: Iterator[Event], servers: str, step: Step) -> int:
    settings = Settings(kafka_bootstrap_servers=servers, database_url=SecretStr("unused"))
    try:
        return publish(events, settings, step)
    except KafkaError as error:
        stop_with(f"Kafka on {servers}: {error}")


@contextmanager
def _opened(output: Path, zipped: bool) -> Iterator[BinaryIO]:
    standard = str(output) == "-"
    raw = sys.stdout.buffer if standard else output.open("wb")
    try:
        if zipped:
            # No name and no time in it, so that the same plan gives the same bytes.
            with gzip.GzipFile("", "wb", _FAST, raw, mtime=0) as file:
                yield cast(BinaryIO, file)
        else:
            yield raw
        raw.flush()
    finally:
        if not standard:
            raw.close()


@contextmanager
def _progress(total: int) -> Iterator[Step]:
    columns = (TextColumn("generating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=aside, transient=True, disable=not aside.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)
