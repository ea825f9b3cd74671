"""What the console keeps of an event: a few fields, and whom it is about. Pure."""

import re
from typing import Any

import msgspec

from shared.events import Event
from shared.events.data import CoverageChanged, FlagState, ProjectAwarded

Summary = dict[str, str | int]
_LONGEST = 160
# Marks that turn the direction of writing: in one value they would turn all that follows it in the line.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")

# Of workers nothing but the place of work is kept: no wage, no programmes, no incident, no reason.
OF_WORKERS = ("segment", "employer", "project")
OF_FLAGS = ("name", "code", "status", "workers", "amount_idr", "due")
OF_OTHERS = (
    *("name", "title", "code", "kind", "method", "region", "size", "sector"),
    *("workforce", "headcount", "workers", "workers_planned", "workers_listed", "enrolled"),
    *("value_idr", "amount_idr", "amendment", "period", "contractors"),
    *("as_of", "contract_on", "start_on", "end_on", "registered_on", "paid_on"),
    *("completed_on", "cancelled_on", "closed_on", "posted_on", "step", "due"),
    *("channel", "attempts", "error", "source", "id"),
)


def summary(event: Event) -> Summary:
    """The fields of an event that may be kept, by their names in the contract; unknown ones are left out."""
    kept = _kept(event)
    said = {name: getattr(event.data, name, None) for name in kept}
    if "enrolled" in kept and isinstance(event.data, CoverageChanged) and event.data.steps:
        said["enrolled"] = event.data.steps[-1].enrolled
    return {name: _plain(value) for name, value in said.items() if value not in (None, "unknown", [])}


def _kept(event: Event) -> tuple[str, ...]:
    if isinstance(event.data, FlagState):
        return OF_FLAGS
    return OF_WORKERS if event.subject.startswith("worker:") else OF_OTHERS


def _plain(value: Any) -> str | int:
    simple = msgspec.to_builtins(value)
    if isinstance(simple, int):
        return simple
    text = _TURNING.sub("", ", ".join(simple) if isinstance(simple, list) else str(simple))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def about(event: Event) -> list[str]:
    """The subjects an event concerns: its own, and the employer and project it names."""
    named = [event.subject, getattr(event.data, "employer", None), getattr(event.data, "project", None)]
    if isinstance(event.data, ProjectAwarded):
        named += event.data.contractors
    return list(dict.fromkeys(subject for subject in named if subject))
