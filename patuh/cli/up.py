"""`patuh up`: start everything and stay."""

import signal
import threading
from datetime import date
from types import FrameType
from typing import Annotated

import typer

from patuh.cli.options import DEFAULT_DATA, Data, aside, read_date, screen, told_plainly
from patuh.running import SHARING, Running, bring_up
from shared.topics import WORKERS


def up(
    data: Data = DEFAULT_DATA,
    today: Annotated[
        date | None,
        typer.Option(parser=read_date, metavar="DATE", help="Let every service take this for today."),
    ] = None,
    workers: Annotated[
        list[str] | None,
        typer.Option(metavar="SERVICE=N", help="Let N processes of a service share its work; repeatable."),
    ] = None,
) -> None:
    """Start Kafka, PostgreSQL and the five services in one folder, and stay until Ctrl-C.

    Examples:

        patuh up

        patuh up --data /srv/patuh

        patuh up --workers registry=2

        KAFKA_BOOTSTRAP_SERVERS=kafka:9092 patuh up
    """
    shared = read_workers(workers or [])
    with told_plainly():
        stay(bring_up(data, announce, today=today, workers=shared))


def read_workers(asked: list[str]) -> dict[str, int]:
    """`registry=2` as {"registry": 2}. Raises typer.BadParameter."""
    return dict(_read_workers(one) for text in asked for one in text.split(","))


def _read_workers(text: str) -> tuple[str, int]:
    name, _, number = text.strip().partition("=")
    if name not in SHARING:
        raise typer.BadParameter(f"--workers {text}: one of {', '.join(SHARING)}, as in registry=2")
    if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= WORKERS.partitions:
        # One more than there are partitions would get none.
        raise typer.BadParameter(f"--workers {text}: between 1 and {WORKERS.partitions} processes")
    return name, int(number)


def announce(text: str) -> None:
    """Progress goes to standard error, so that output can be piped."""
    aside.print(text, highlight=False, markup=False)


def stay(running: Running) -> None:
    """Tell where things are; stop everything on Ctrl-C or SIGTERM."""
    ended = threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    for name, url in running.urls.items():
        screen.print(f"{name:11} {url}", highlight=False)
    screen.print(f"mail        {running.stack.data}/inbox/mail\nCtrl-C stops everything.", highlight=False)
    ended.wait()
    aside.print("stopping ...")
    running.stack.stop()
