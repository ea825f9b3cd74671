"""The data of every event type, version 1. Producers are held to these exactly, consumers ignore more.

Money is whole rupiah, dates are local (Asia/Jakarta), `None` means unknown and never overwrites.
`schemas/` holds the JSON Schemas made from these structs; they may only grow.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from shared.events.base import (
    Data as Data,
)
from shared.events.base import (
    Headcount as Headcount,
)
from shared.events.base import (
    Method as Method,
)
from shared.events.base import (
    Period as Period,
)
from shared.events.base import (
    Programme as Programme,
)
from shared.events.base import (
    ProjectKind as ProjectKind,
)
from shared.events.base import (
    Region as Region,
)
from shared.events.base import (
    Rupiah as Rupiah,
)
from shared.events.base import (
    Sector as Sector,
)
from shared.events.base import (
    Segment as Segment,
)
from shared.events.base import (
    Size as Size,
)
from shared.events.base import (
    Subject as Subject,
)
from shared.events.base import (
    Text as Text,
)
from shared.events.states import (
    AlertState as AlertState,
)
from shared.events.states import (
    Bilingual as Bilingual,
)
from shared.events.states import (
    CaseState as CaseState,
)
from shared.events.states import (
    CoverageChanged as CoverageChanged,
)
from shared.events.states import (
    Evidence as Evidence,
)
from shared.events.states import (
    Exposure as Exposure,
)
from shared.events.states import (
    FlagState as FlagState,
)
from shared.events.states import (
    Incident as Incident,
)
from shared.events.states import (
    Posting as Posting,
)
from shared.events.states import (
    Removal as Removal,
)
from shared.events.states import (
    SanctionState as SanctionState,
)
from shared.events.states import (
    Step as Step,
)


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


class WorkerErased(Data):
    """What was said about the worker up to this event's `time` is deleted and never taken again.

    `basis`: on which ground, with the article (UU 27/2022 art. 43-44). Only Patuh's own command says this.
    """

    erased_on: date
    basis: Text
