"""What the demonstration does and says."""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from patuh.agency_keys import create_key
from patuh.city import CityPlan, city_events
from patuh.city.fact import PREFIXES
from patuh.located import Located
from patuh.running import Running
from patuh.sending import Event, Gateway, Refusal, Tally, send_all

SOURCES = list(PREFIXES)
_EVENTS_AT_SCALE_ONE = 102_000


class UnexpectedRejectError(RuntimeError):
    """The gateway refused an event of the sample city: one of the two is wrong."""


@dataclass(frozen=True)
class Result:
    """The figures, and the open flags they were counted from."""

    figures: dict[str, Any]
    flags: list[dict[str, Any]]


def demonstrate(running: Running, plan: CityPlan, began: float) -> Result:
    """Send the city and wait until every alert is out. `began`: monotonic second of the start."""
    located = Located(running.urls, running.parts.dsns)
    key = create_key(running.parts.dsns["gateway"], "Kota Sukabumi (sample)", SOURCES)
    # History is loaded before anybody is told of it: years of events in a minute would alarm officers
    # about companies that mended everything long ago.
    running.stack.stop_member("notifier")
    sent = _send(plan, Gateway(running.urls["gateway"], key))
    _settle(located.without("notifier"), "assessing")
    running.stack.start_member("notifier")
    running.stack.wait_healthy("notifier")
    _settle(located, "alerting")
    flags = located.open_flags()
    alerts = httpx.get(f"{running.urls['notifier']}/v1/alerts/count", timeout=30).raise_for_status().json()
    figures = {
        "broker": {"kind": running.parts.broker_kind, "version": running.parts.broker_version},
        "postgres": running.parts.postgres_version,
        "today": plan.today.isoformat(),
        "events_in": sent.accepted + sent.duplicates,
        "flags_by_code": dict(sorted(Counter(flag["code"] for flag in flags).items())),
        "alerts_delivered": alerts["delivered"],
        "seconds": round(time.monotonic() - began, 1),
    }
    return Result(figures, flags)


def _send(plan: CityPlan, gateway: Gateway) -> Tally:
    def on_reject(event: Event, refusal: Refusal) -> None:
        raise UnexpectedRejectError(f"{event['type']} {event['id']}: {refusal.field}: {refusal.rule}")

    columns = (TextColumn("sending the city"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=plan.count(_EVENTS_AT_SCALE_ONE))
        tally = send_all(
            city_events(plan),
            gateway=gateway,
            on_reject=on_reject,
            on_progress=lambda tally: bar.update(task, completed=tally.read),
        )
        bar.update(task, total=tally.read, completed=tally.read)
    return tally


def _settle(located: Located, what: str) -> None:
    columns = (TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what)
        located.settle(tell=lambda left: bar.update(task, description=f"{what}: {left} messages left"))


def tell(result: Result, running: Running, screen: Console) -> None:
    """Say in plain words what was found."""
    figures, flags = result.figures, result.flags
    screen.rule("Kota Sukabumi, a sample city")
    screen.print(
        f"{figures['events_in']:,} events went through {figures['broker']['kind']} "
        f"{figures['broker']['version']} and PostgreSQL {figures['postgres']} in {figures['seconds']} s."
    )
    for code, number in figures["flags_by_code"].items():
        title = next(flag["title"] for flag in flags if flag["code"] == code)
        screen.print(f"  {number:5,}  {code}  {title['id']} / {title['en']}", highlight=False)
    screen.print(f"{figures['alerts_delivered']:,} alerts were delivered by e-mail and signed webhook.\n")
    screen.print("[bold]The three worst, by workers without cover:[/]")
    for flag in sorted(flags, key=lambda f: -(f.get("workers") or 0))[:3]:
        screen.print(
            f"- {flag['name']} ({flag['subject']})\n  {flag['reason']['id']}\n  {flag['reason']['en']}"
        )
        screen.print(f"  {', '.join(flag['law'])}. {flag['remedy']['id']}\n", highlight=False)
    screen.print(
        f"Console: {running.urls['console']}    mail: {running.stack.data}/inbox/mail", highlight=False
    )
