"""Events and subjects for tests: a test names what matters to it, the rest is plausible and fixed."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from patuh.assessing import subjects_in
from services.employer.assessment import assess, examine
from services.employer.finding import Finding
from services.employer.rules.inquiry import Examination
from services.employer.subjects import Subject
from shared.clock import JAKARTA
from shared.events import Event, EventType, encode, types
from shared.events import data as d
from shared.law import load

LAW = load()
FIRM, NIB, NPP = "employer:0012345674000000", "employer:nib-1234567890123", "employer:npp-AB123456"
OTHER = "employer:nib-9876543210987"
PROJECT = "project:lkpp-123-tender-4567"
OFFICE, GROUP = "agency:63421", "group:rentan-cikole"
OSS, SPSE, EJAKON, SIPP = "urn:oss", "urn:spse", "urn:ejakon", "urn:sipp"
_TOPIC_SOURCES = {"employer": OSS, "project": SPSE, "worker": SIPP, "contribution": SIPP}


def day(text: str | date) -> date:
    """A date as `2025-04-21`; a date is left as it is."""
    return text if isinstance(text, date) else date.fromisoformat(text)


def fact(kind: EventType, subject: str, data: d.Data, said: str | date, **named: str) -> Event:
    """An event of a kind, said at nine in the morning; its id follows from what it says.

    `source` and `id` may be named.
    """
    source = named.get("source") or _TOPIC_SOURCES[kind.short.partition(".")[0]]
    content = f"{kind.name} {subject} {said} {msgspec.json.encode(data).decode()}"
    event_id = named.get("id", str(uuid5(NAMESPACE_URL, content)))
    return Event(kind, event_id, source, subject, datetime.combine(day(said), time(9), JAKARTA), data)


def worker(number: int) -> str:
    """The subject of the number-th worker."""
    return f"worker:{number:040x}"


def registered(said: str | date, subject: str = FIRM, **profile: Any) -> Event:
    """A company's first profile."""
    told = {"name": "CV Maju", "region": "32.72.02"} | _dated(profile)
    return fact(types.EMPLOYER_REGISTERED, subject, d.EmployerRegistered(**told), said)


def updated(said: str | date, subject: str = FIRM, **profile: Any) -> Event:
    """A later profile: says only the named fields."""
    return fact(types.EMPLOYER_UPDATED, subject, d.EmployerUpdated(**_dated(profile)), said)


def declared(said: str | date, headcount: int, as_of: str | date, subject: str = FIRM) -> Event:
    """The declared head count as of a day."""
    return fact(
        types.WORKFORCE_DECLARED, subject, d.WorkforceDeclared(headcount=headcount, as_of=day(as_of)), said
    )


def closed(said: str | date, closed_on: str | date, subject: str = FIRM) -> Event:
    """The end of a company."""
    return fact(types.EMPLOYER_CLOSED, subject, d.EmployerClosed(closed_on=day(closed_on)), said)


def award(said: str | date, subject: str = PROJECT, **told: Any) -> Event:
    """A tender won by FIRM; `contractors` and every other field may be named."""
    usual: dict[str, Any] = {"title": "Drainase Cikole", "kind": "construction", "method": "tender"}
    usual |= {"owner": d.Owner(agency="63421"), "contractors": [FIRM]}
    return fact(types.PROJECT_AWARDED, subject, d.ProjectAwarded(**(usual | _dated(told))), said)


def started(said: str | date, start_on: str | date, **told: Any) -> Event:
    """The work order (SPMK)."""
    return fact(
        types.PROJECT_STARTED, PROJECT, d.ProjectStarted(start_on=day(start_on), **_dated(told)), said
    )


def amended(said: str | date, amendment: int, **told: Any) -> Event:
    """An addendum of the contract; `source` and `id` name the event itself."""
    named = {name: told.pop(name) for name in ("source", "id") if name in told}
    data = d.ProjectAmended(amendment=amendment, **_dated(told))
    return fact(types.PROJECT_AMENDED, PROJECT, data, said, **named)


def in_ejakon(said: str | date, registered_on: str | date, listed: int | None = None) -> Event:
    """The registration of the project, with so many workers listed."""
    data = d.ProjectRegistered(registered_on=day(registered_on), workers_listed=listed)
    return fact(types.PROJECT_REGISTERED, PROJECT, data, said, source=EJAKON)


def completed(said: str | date, completed_on: str | date) -> Event:
    return fact(types.PROJECT_COMPLETED, PROJECT, d.ProjectCompleted(completed_on=day(completed_on)), said)


def cancelled(said: str | date, cancelled_on: str | date) -> Event:
    return fact(types.PROJECT_CANCELLED, PROJECT, d.ProjectCancelled(cancelled_on=day(cancelled_on)), said)


def enrolled(number: int, on: str | date, said: str | date | None = None, **told: Any) -> Event:
    """A worker's enrolment from `on`, at FIRM unless another employer is named."""
    usual: dict[str, Any] = {"employer": FIRM, "segment": "pu", "programmes": ["jkk", "jkm"]}
    data = d.WorkerRegistered(effective_on=day(on), **(usual | _dated(told)))
    return fact(types.WORKER_REGISTERED, worker(number), data, said or on)


def unregistered(number: int, on: str | date, said: str | date | None = None, **told: Any) -> Event:
    """The end of a worker's enrolment: `on` is the first day without cover."""
    usual: dict[str, Any] = {"employer": FIRM, "reason": "contract ended"}
    data = d.WorkerUnregistered(effective_on=day(on), **(usual | told))
    return fact(types.WORKER_UNREGISTERED, worker(number), data, said or on)


def retracted(event: Event, said: str | date) -> Event:
    """Takes a fact back."""
    data = d.FactRetracted(source=event.source, id=event.id, reason="entered by mistake")
    return fact(types.FACT_RETRACTED, event.subject, data, said, source=event.source)


def staff(number: int, on: str | date = "2025-01-06", **told: Any) -> list[Event]:
    """So many workers, enrolled from the same day."""
    return [enrolled(one, on, **told) for one in range(1, number + 1)]


def posted(period: str, on: str | date, amount: int = 1_000_000, subject: str = FIRM) -> Event:
    """A contribution for a period, paid on a day in rupiah."""
    data = d.ContributionPosted(period=period, amount_idr=amount, workers=1, posted_on=day(on))
    return fact(types.CONTRIBUTION_POSTED, subject, data, on)


def paid(on: str | date, amount: int = 1_000_000) -> Event:
    """A contribution for the project, in rupiah."""
    return posted(day(on).isoformat()[:7], on, amount, PROJECT)


def incident(number: int, on: str | date, said: str | date | None = None, **told: Any) -> Event:
    """An accident of a worker, at FIRM unless another employer is named."""
    usual: dict[str, Any] = {"kind": "accident", "employer": FIRM}
    data = d.WorkerIncidentReported(occurred_on=day(on), **(usual | told))
    return fact(types.WORKER_INCIDENT, worker(number), data, said or on)


def sent(event: Event, **changes: Any) -> dict[str, Any]:
    """The event as an agency sends it."""
    told: dict[str, Any] = msgspec.json.decode(encode(event))
    return told | changes


def lines(*told: Any) -> str:
    """JSON Lines; a text is a line as it is."""
    return "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in told)


def _dated(fields: dict[str, Any]) -> dict[str, Any]:
    dates = ("_on", "_since", "_until")
    return {
        name: day(value) if value and name.endswith(dates) and not isinstance(value, date) else value
        for name, value in fields.items()
    }


def subjects(facts: Sequence[Event]) -> dict[str, Subject]:
    """All subjects that the facts are about, put together as the services do it."""
    return subjects_in(facts)


def subject_of(facts: Sequence[Event], name: str) -> Subject:
    return subjects(facts)[name]


def findings(facts: Sequence[Event], on: str | date, name: str) -> dict[str, Finding]:
    """The findings about one subject on a day, by code."""
    return {found.code: found for found in assess(subject_of(facts, name), LAW, day(on))}


def examination(facts: Sequence[Event], on: str | date, name: str, code: str) -> Examination:
    """What one rule made of one subject on a day."""
    return next(one for one in examine(subject_of(facts, name), LAW, day(on)) if one.code == code)


def decided(found: Iterable[Finding]) -> set[str]:
    """The codes of what was decided and wrong."""
    return {finding.code for finding in found if not finding.undecided}
