"""The data of the events that Patuh itself publishes, version 1: coverage, flags, cases, alerts, sanctions.

`shared.events.data` hands them on beside the facts.
"""

from datetime import date
from typing import Literal

from shared.events.base import Data, Sector


class Step(Data, array_like=True, kw_only=False):
    """From `on` on, until the next step, this many distinct workers are enrolled (and per programme).

    `waged`: of how many both the reported wage and the minimum wage of their region are known; `low`: how
    many of those are reported below it. No wage itself leaves the registry.
    """

    on: date
    enrolled: int
    jkk: int = 0
    jkm: int = 0
    jht: int = 0
    jp: int = 0
    jkp: int = 0
    waged: int = 0
    low: int = 0


class Removal(Data):
    """A worker without cover in [`on`, `until`) by an unregistration; `source`+`id` name the fact."""

    worker: str
    on: date
    source: str
    id: str
    until: date | None = None


class Incident(Data):
    """An accident or death reported for a worker; `covered`: whether she was enrolled on that day."""

    worker: str
    kind: Literal["accident", "death"]
    on: date
    source: str
    id: str
    covered: bool


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
    incidents: list[Incident] = []


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


class Exposure(Data):
    """What families stand to lose, "up to": rupiah for one worker and for all, and under which conditions."""

    per_worker_idr: int
    total_idr: int
    conditions: Bilingual


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
    uncovered_worker_days: int | None = None
    exposure: Exposure | None = None
    level: Literal["violation", "notice"] = "violation"
    sector: Sector | None = None
    ends_on: date | None = None


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


class SanctionState(Data):
    """A step of the sanction ladder that is to be taken, or has run out (PP 86/2013 art. 5-10)."""

    case_id: str
    flag_id: str
    subject: str
    code: str
    step: Literal["warning-1", "warning-2", "fine", "withholding", "lifting"]
    due: date
    article: str
