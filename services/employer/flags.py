"""The life of a flag: raised -> updated -> cleared (mended) or withdrawn (the facts were wrong). Pure."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid5

from msgspec.structs import replace

from services.employer.finding import Finding
from shared.events import EventType, types
from shared.events.data import FlagState
from shared.law import Law

_NAMESPACE = UUID("5e2fba0e-7a0c-5f0b-9d0c-3d0d1f6f1a11")
EverHeld = Callable[[str, date], bool]
Change = tuple[EventType, FlagState]


def changes(
    flags: dict[str, FlagState], findings: list[Finding], ever_held: EverHeld, law: Law, today: date
) -> list[Change]:
    """What changes about one subject's flags (by code, ended ones too), given today's findings."""
    decided = {f.code: f for f in findings if not f.undecided}
    ended = [flag for code, flag in flags.items() if flag.status == "open" and code not in decided]
    found = [_found(flags.get(code), finding, law, today) for code, finding in decided.items()]
    return [change for change in found if change] + [_end(flag, ever_held, today) for flag in ended]


def _found(flag: FlagState | None, finding: Finding, law: Law, today: date) -> Change | None:
    version = flag.version + 1 if flag else 1
    if flag is None or flag.status != "open":
        flag_id = str(uuid5(_NAMESPACE, f"{finding.subject}|{finding.code}|{version}"))
        return types.FLAG_RAISED, _state(finding, law, flag_id, version, today)
    fresh = _state(finding, law, flag.flag_id, version, flag.raised_on)
    return None if replace(fresh, version=flag.version) == flag else (types.FLAG_UPDATED, fresh)


def _state(finding: Finding, law: Law, flag_id: str, version: int, raised_on: date) -> FlagState:
    assert finding.since is not None
    title, reason, remedy = finding.texts(law)
    return FlagState(
        flag_id=flag_id,
        subject=finding.subject,
        code=finding.code,
        version=version,
        status="open",
        rule=f"{finding.code}@{law.rules[finding.code].version}",
        name=finding.name,
        since=finding.since,
        raised_on=raised_on,
        law=finding.law,
        evidence=finding.evidence,
        title=title,
        reason=reason,
        remedy=remedy,
        region=finding.region,
        due=finding.due,
        workers=finding.workers,
        amount_idr=finding.amount_idr,
        uncovered_working_days=finding.uncovered_working_days,
        uncovered_worker_days=finding.uncovered_worker_days,
        exposure=finding.exposure,
        level=finding.level,
        sector=finding.sector,
        ends_on=finding.ends_on,
    )


def _end(flag: FlagState, ever_held: EverHeld, today: date) -> Change:
    """Cleared if, as known now, it was right on some day since it began; else withdrawn."""
    right = ever_held(flag.code, flag.since)
    kind, status = (types.FLAG_CLEARED, "cleared") if right else (types.FLAG_WITHDRAWN, "withdrawn")
    return kind, replace(flag, version=flag.version + 1, status=status, ended_on=today)
