"""`patuh demo`: a sample city through the whole system, told in plain words."""

import json
import time
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from patuh.city import CityPlan
from patuh.cli.options import DEFAULT_DATA, Data, read_date, screen, told_plainly
from patuh.cli.up import announce, stay
from patuh.demonstration import demonstrate, tell
from patuh.running import bring_up
from shared.clock import SystemClock


def demo(
    data: Data = DEFAULT_DATA / "demo",
    scale: Annotated[
        float, typer.Option(min=0.01, max=10, help="1 is the whole city: 2,000 employers.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Another seed makes another city.")] = 3272,
    today: Annotated[
        date | None,
        typer.Option(parser=read_date, metavar="DATE", help="The day it is in the city; default: today."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Stop when it is told, do not stay.")] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures as JSON.")
    ] = None,
) -> None:
    """Generate Kota Sukabumi, send it through the gateway, and tell what was flagged and alerted.

    Examples:

        patuh demo

        patuh demo --once --scale 0.1 --json out.json
    """
    began = time.monotonic()
    day = today or SystemClock().today()
    with told_plainly():
        running = bring_up(data, announce, today=day, environ={"PATUH_ALERT_SETTLE_SECONDS": "3"})
        try:
            result = demonstrate(running, CityPlan(seed, day, scale), began)
            tell(result, running, screen)
            if json_file:
                json_file.write_text(json.dumps(result.figures, indent=2) + "\n")
            if not once:
                stay(running)
        finally:
            running.stack.stop()
