"""What a case asks for: pure decisions on its alerts, the same for every order in which news comes.

A recipient hears of a flag once. When the flag ends, whoever may have heard the first hears the
last; an alert that nobody can have heard yet is cancelled instead. A notice (a reminder before the
deadline) ends in silence. The decision looks only at the case's status and level and at its alerts, so
it may be taken again at any time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid5

from shared.events.data import FlagState

Kind = Literal["raised", "cleared", "withdrawn"]
Channel = Literal["email", "webhook"]
FlagStatus = Literal["open", "cleared", "withdrawn"]
Level = Literal["violation", "notice"]
AlertStatus = Literal["pending", "sending", "delivered", "failed", "cancelled"]

RETRY_DELAYS = tuple(
    timedelta(seconds=seconds) for seconds in (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
)
_NAMESPACE = UUID("5f0f3c0e-6f0b-5c1b-9a57-6b1d3a5a7c11")
_KIND: dict[FlagStatus, Kind] = {"open": "raised", "cleared": "cleared", "withdrawn": "withdrawn"}


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing said, or to be said, to one recipient. `maybe_received`: some try may have arrived."""

    id: UUID
    kind: Kind
    channel: Channel
    recipient: str
    status: AlertStatus = "pending"
    attempts: int = 0
    maybe_received: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended. `detail` names no person and no address."""

    result: Literal["delivered", "transient", "permanent"]
    detail: str = ""
    maybe_received: bool = False


@dataclass(slots=True)
class Plan:
    """What to change: alerts to cancel, alerts to send."""

    cancel: list[UUID] = field(default_factory=list)
    send: list[Alert] = field(default_factory=list)


def case_id(flag_id: str) -> UUID:
    """The case of a flag."""
    return uuid5(_NAMESPACE, flag_id)


def alert_id(case: UUID, kind: Kind, channel: Channel, turn: int = 1) -> UUID:
    """The alert of a case; `turn` is above 1 only when a flag that had ended is open again."""
    return uuid5(case, f"{kind}:{channel}" if turn == 1 else f"{kind}:{channel}:{turn}")


def newest(flags: Iterable[FlagState]) -> dict[UUID, FlagState]:
    """The state with the highest version of each flag, by case."""
    found: dict[UUID, FlagState] = {}
    for flag in flags:
        case = case_id(flag.flag_id)
        if case not in found or flag.version > found[case].version:
            found[case] = flag
    return found


def plan(
    case: UUID,
    status: FlagStatus,
    alerts: Sequence[Alert],
    recipients: Mapping[Channel, str],
    level: Level = "violation",
) -> Plan:
    """What the case's status asks for, given its alerts in the order they were made.

    `recipients` hear of new flags; the end of a flag goes to whoever heard of its start, unless it was a
    mere notice: then what is still waiting is cancelled, and nothing is said.
    """
    if level == "notice" and status != "open":
        return Plan(cancel=[alert.id for alert in alerts if alert.status == "pending"])
    made = Plan()
    channels: dict[Channel, str] = dict(recipients)
    for alert in alerts:
        if status != "open" or alert.channel not in recipients:
            channels[alert.channel] = alert.recipient
    for channel, recipient in channels.items():
        said = [alert for alert in alerts if alert.channel == channel]
        _plan_channel(made, case, _KIND[status], said, channel, recipient)
    return made


def _plan_channel(
    made: Plan, case: UUID, wanted: Kind, said: list[Alert], channel: Channel, recipient: str
) -> None:
    # While one is on its way nobody knows what was heard: the end of that attempt asks again.
    if any(alert.status == "sending" for alert in said):
        return
    outdated = [alert.id for alert in said if alert.status == "pending" and alert.kind != wanted]
    standing = [a for a in said if a.status != "cancelled" and a.id not in outdated]
    made.cancel += outdated
    if standing and standing[-1].kind == wanted:
        return
    if _must_hear(wanted, said):
        turn = 1 + sum(alert.kind == wanted for alert in said)
        made.send.append(Alert(alert_id(case, wanted, channel, turn), wanted, channel, recipient))


def _must_hear(wanted: Kind, said: Iterable[Alert]) -> bool:
    believed: set[Kind | None] = {None}
    for alert in said:
        if alert.status == "delivered":
            believed = {alert.kind}
        elif alert.maybe_received:
            believed.add(alert.kind)
    fine: set[Kind | None] = {"raised"} if wanted == "raised" else {wanted, None}
    return not believed <= fine


def after(alert: Alert, outcome: Outcome) -> tuple[Alert, timedelta]:
    """The alert after an attempt, and how long to wait before the next if it is pending again."""
    tried = replace(
        alert,
        attempts=alert.attempts + 1,
        maybe_received=alert.maybe_received or outcome.maybe_received,
    )
    if outcome.result == "delivered":
        return replace(tried, status="delivered"), timedelta()
    if outcome.result == "permanent" or tried.attempts >= len(RETRY_DELAYS):
        return replace(tried, status="failed"), timedelta()
    return replace(tried, status="pending"), RETRY_DELAYS[tried.attempts]
