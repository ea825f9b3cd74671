"""`patuh emit`: send CloudEvents to the gateway."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from patuh.cli.options import DEFAULT_DATA, Data, Key, aside, screen, stop_with, told_plainly
from patuh.cloudevents_files import members
from patuh.located import locate
from patuh.sending import Event, Gateway, Refusal, Tally, send_all


def emit(
    files: Annotated[
        list[Path], typer.Argument(help="CloudEvents: JSON array, one object, or JSON Lines; - is stdin.")
    ],
    key: Key = None,
    data: Data = DEFAULT_DATA,
    gateway: Annotated[str | None, typer.Option(help="Gateway address, if not the one in --data.")] = None,
) -> None:
    """Send events to the gateway; status 1 when any was rejected, each with its field and rule.

    Examples:

        patuh emit events.jsonl --key "$KEY"

        generate-events | patuh emit -
    """
    if not key:
        stop_with("--key (or PATUH_KEY) is needed: make one with `patuh keys create`")
    with told_plainly():
        url = gateway or locate(data).urls["gateway"]
        tally = _send(files, Gateway(url, key))
    screen.print(
        f"read {tally.read} = accepted {tally.accepted} + duplicates {tally.duplicates} "
        f"+ rejected {tally.rejected}",
        highlight=False,
    )
    sys.exit(1 if tally.rejected else 0)


def _send(files: list[Path], gateway: Gateway) -> Tally:
    unreadable: list[str] = []

    def on_reject(event: Event, refusal: Refusal) -> None:
        aside.print(f"{event.get('id')}: {refusal.field}: {refusal.rule}", highlight=False, markup=False)

    def events() -> Iterator[Event]:
        for member in (m for path in files for m in members(path)):
            try:
                yield msgspec.json.decode(member.raw, type=dict)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                unreadable.append(member.place)
                aside.print(f"{member.place}: not an event: {error}", highlight=False, markup=False)

    try:
        tally = send_all(events(), gateway=gateway, on_reject=on_reject)
    except ValueError as error:
        stop_with(str(error))
    return tally + Tally(rejected=len(unreadable))
