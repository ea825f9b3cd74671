"""`patuh up`: start everything and stay."""

import signal
import threading
from datetime import date
from types import FrameType
from typing import Annotated

import typer

from patuh.cli.options import DEFAULT_DATA, Data, aside, read_date, screen, told_plainly
from patuh.running import Running, bring_up


def up(
    data: Data = DEFAULT_DATA,
    today: Annotated[
        date | None,
        typer.Option(parser=read_date, metavar="DATE", help="Let every service take this for today."),
    ] = None,
) -> None:
    """Start Kafka, PostgreSQL and the five services in one folder, and stay until Ctrl-C.

    Examples:

        patuh up

        patuh up --data /srv/patuh

        KAFKA_BOOTSTRAP_SERVERS=kafka:9092 patuh up
    """
    with told_plainly():
        stay(bring_up(data, announce, today=today))


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
        screen.print(f"{name:9} {url}", highlight=False)
    screen.print(f"mail      {running.stack.data}/inbox/mail\nCtrl-C stops everything.", highlight=False)
    ended.wait()
    aside.print("stopping ...")
    running.stack.stop()
