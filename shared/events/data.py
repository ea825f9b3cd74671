"""The data of every event type, version 1. Producers are held to these exactly, consumers ignore more.

Money is whole rupiah, dates are local (Asia/Jakarta), `None` means unknown and never overwrites.
`schemas/` holds the JSON Schemas made from these structs; they may only grow.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

Rupiah = Annotated[int, Meta(ge=0, le=10**15)]
Headcount = Annotated[int, Meta(ge=0, le=10_000_000)]
Text = Annotated[str, Meta(min_length=1, max_length=500)]
Region = Annotated[str, Meta(pattern=r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$")]
# A length beside the pattern, because Python's `$` also stands before a last newline.
Period = Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", max_length=7)]
Subject = Annotated[str, Meta(min_length=3, max_length=140)]
Programme = Literal["jkk", "jkm", "jht", "jp", "jkp"]
Size = Literal["micro", "small", "medium", "large", "unknown"]
Sector = Literal["private", "state", "community"]
ProjectKind = Literal["construction", "construction-consultancy", "goods", "services", "community"]
Method = Literal["tender", "direct", "self-managed", "grant"]
Segment = Literal["pu", "bpu", "jakon", "non-asn", "vulnerable"]


class Data(Struct, gc=False, kw_only=True, omit_defaults=True):
    """Base of all event data: no cycles, never changed once made, unset fields are not sent."""


class Kbli(Data):
    version: Annotated[str, Meta(pattern=r"^[0-9]{4}$", max_length=4)]
    code: Annotated[str, Meta(pattern=r"^[0-9]{5}$", max_length=5)]


class EmployerUpdated(Data):
    name: Text | None = None
    npwp: str | None = None
    nib: str | None = None
    npp: str | None = None
    kbli: Kbli | None = None
    size: Size = "unknown"
    sector: Sector | None = None
    region: Region | None = None
    workforce: Headcount | None = None
    programmes: list[Programme] | None = None
    obliged_since: date | None = None
    member_since: date | None = None
    min_wage_idr: Rupiah | None = None


class EmployerRegistered(EmployerUpdated):
    name: Text


class WorkforceDeclared(Data):
    headcount: Headcount
    as_of: date


class EmployerClosed(Data):
    closed_on: date


class Owner(Data):
    agency: Annotated[str, Meta(min_length=1, max_length=100)]
    name: Text | None = None


class ProjectAwarded(Data):
    title: Text
    kind: ProjectKind
    method: Method
    owner: Owner
    contractors: Annotated[list[Subject], Meta(max_length=50)]
    value_idr: Rupiah | None = None
    vat_included: bool | None = None
    funding: Text | None = None
    contract_on: date | None = None
    start_on: date | None = None
    end_on: date | None = None
    workers_planned: Headcount | None = None
    region: Region | None = None


class ProjectStarted(Data):
    start_on: date
    end_on: date | None = None


class ProjectAmended(Data):
    amendment: Annotated[int, Meta(ge=1, le=1000)]
    value_idr: Rupiah | None = None
    end_on: date | None = None


class ProjectRegistered(Data):
    registered_on: date
    workers_listed: Headcount | None = None


class ProjectPaid(Data):
    paid_on: date
    amount_idr: Rupiah


class ProjectCompleted(Data):
    completed_on: date


class ProjectCancelled(Data):
    cancelled_on: date


class WorkerRegistered(Data):
    segment: Segment
    programmes: list[Programme]
    effective_on: date
    employer: Subject | None = None
    project: Subject | None = None
    wage_idr: Rupiah | None = None
    region: Region | None = None
    covered_until: date | None = None


class WorkerUpdated(WorkerRegistered):
    """Says the worker's whole enrolment anew from `effective_on`."""


class WorkerUnregistered(Data):
    reason: Text
    effective_on: date
    employer: Subject | None = None
    project: Subject | None = None


class WorkerIncidentReported(Data):
    kind: Literal["accident", "death"]
    occurred_on: date
    employer: Subject | None = None
    project: Subject | None = None


class ContributionPosted(Data):
    period: Period
    amount_idr: Rupiah
    workers: Headcount
    posted_on: date


class FactRetracted(Data):
    source: Annotated[str, Meta(min_length=1, max_length=300)]
    id: Annotated[str, Meta(min_length=1, max_length=300)]
    reason: Text


class Step(Data, array_like=True, kw_only=False):
    """From `on` on, until the next step, this many distinct workers are enrolled (and per programme)."""

    on: date
    enrolled: int
    jkk: int = 0
    jkm: int = 0
    jht: int = 0
    jp: int = 0
    jkp: int = 0


class Removal(Data):
    """A worker without cover in [`on`, `until`) by an unregistration; `source`+`id` name the fact."""

    worker: str
    on: date
    source: str
    id: str
    until: date | None = None


class Posting(Data):
    """The contribution posted for a period."""

    period: str
    amount_idr: int
    workers: int
    posted_on: date


class CoverageChanged(Data):
    """The whole coverage of one subject over time: needs no clock and no earlier message to be read."""

    version: int
    steps: list[Step] = []
    removals: list[Removal] = []
    postings: list[Posting] = []


class Evidence(Data):
    """One value a finding rests on: a fact (`source`+`id`), or a parameter of the law (`article`)."""

    name: str
    value: str
    source: str | None = None
    id: str | None = None
    article: str | None = None
    confidence: str | None = None


class Bilingual(Data):
    id: str
    en: str


class FlagState(Data):
    """A flag as it stands, with all it takes to prove itself (design: a flag proves itself)."""

    flag_id: str
    subject: str
    code: str
    version: int
    status: Literal["open", "cleared", "withdrawn"]
    rule: str
    name: str
    since: date
    raised_on: date
    law: list[str]
    evidence: list[Evidence]
    title: Bilingual
    reason: Bilingual
    remedy: Bilingual
    region: str | None = None
    due: date | None = None
    ended_on: date | None = None
    workers: int | None = None
    amount_idr: int | None = None
    uncovered_working_days: int | None = None


class CaseState(Data):
    """A case opened for a flag, as the notifier announces it."""

    case_id: str
    flag_id: str
    subject: str
    code: str
    on: date


class AlertState(Data):
    """One try that settled an alert: delivered, or given up for good."""

    alert_id: str
    case_id: str
    kind: Literal["raised", "cleared", "withdrawn"]
    channel: Literal["email", "webhook"]
    attempts: int
    subject: str
    code: str
    error: str | None = None
