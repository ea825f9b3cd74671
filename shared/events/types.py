"""Every event type: its name, its data, its topic. The one place that names them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from shared import topics
from shared.events import data as d
from shared.identifiers import subject_check
from shared.topics import Topic

PREFIX = "id.patuh."


@dataclass(frozen=True)
class EventType:
    """`name` on the wire, the struct of its data, its topic, the kinds of subject it may be about."""

    name: str
    data: type[d.Data]
    topic: Topic
    subjects: tuple[str, ...]

    @property
    def short(self) -> str:
        """`project.awarded` for `id.patuh.project.awarded.v1`."""
        return self.name.removeprefix(PREFIX).rsplit(".", 1)[0]

    @cached_property
    def check_subject(self) -> Callable[[str], str] | None:
        """Raises InvalidIdentifier for a subject that it may not be about; None when it may be anything."""
        return subject_check(*self.subjects) if self.subjects else None


def _type(short: str, data: type[d.Data], topic: Topic, *subjects: str) -> EventType:
    return EventType(f"{PREFIX}{short}.v1", data, topic, subjects)


_EMPLOYER = (topics.EMPLOYERS, "employer", "agency")
_PROJECT = (topics.PROJECTS, "project")
_WORKER = (topics.WORKERS, "worker")

EMPLOYER_REGISTERED = _type("employer.registered", d.EmployerRegistered, *_EMPLOYER)
EMPLOYER_UPDATED = _type("employer.updated", d.EmployerUpdated, *_EMPLOYER)
WORKFORCE_DECLARED = _type("employer.workforce-declared", d.WorkforceDeclared, *_EMPLOYER)
EMPLOYER_CLOSED = _type("employer.closed", d.EmployerClosed, *_EMPLOYER)
PROJECT_AWARDED = _type("project.awarded", d.ProjectAwarded, *_PROJECT)
PROJECT_STARTED = _type("project.started", d.ProjectStarted, *_PROJECT)
PROJECT_AMENDED = _type("project.amended", d.ProjectAmended, *_PROJECT)
PROJECT_REGISTERED = _type("project.registered", d.ProjectRegistered, *_PROJECT)
PROJECT_PAID = _type("project.paid", d.ProjectPaid, *_PROJECT)
PROJECT_COMPLETED = _type("project.completed", d.ProjectCompleted, *_PROJECT)
PROJECT_CANCELLED = _type("project.cancelled", d.ProjectCancelled, *_PROJECT)
WORKER_REGISTERED = _type("worker.registered", d.WorkerRegistered, *_WORKER)
WORKER_UPDATED = _type("worker.updated", d.WorkerUpdated, *_WORKER)
WORKER_UNREGISTERED = _type("worker.unregistered", d.WorkerUnregistered, *_WORKER)
WORKER_INCIDENT = _type("worker.incident-reported", d.WorkerIncidentReported, *_WORKER)
# Told by the operator's command alone: the door takes it from no agency.
WORKER_ERASED = _type("worker.erased", d.WorkerErased, *_WORKER)
CONTRIBUTION_POSTED = _type(
    "contribution.posted", d.ContributionPosted, topics.CONTRIBUTIONS, "employer", "project"
)
# A retraction travels on the topic of the fact it takes back; the gateway finds out which.
FACT_RETRACTED = _type(
    "fact.retracted", d.FactRetracted, topics.WORKERS, "employer", "project", "worker", "agency"
)

COVERAGE_CHANGED = _type(
    "coverage.changed",
    d.CoverageChanged,
    topics.COVERAGE,
    "employer",
    "project",
    "worker",
    "agency",
    "group",
)
FLAG_RAISED = _type("flag.raised", d.FlagState, topics.FLAGS)
FLAG_UPDATED = _type("flag.updated", d.FlagState, topics.FLAGS)
FLAG_CLEARED = _type("flag.cleared", d.FlagState, topics.FLAGS)
FLAG_WITHDRAWN = _type("flag.withdrawn", d.FlagState, topics.FLAGS)
CASE_OPENED = _type("case.opened", d.CaseState, topics.ALERTS)
CASE_CLOSED = _type("case.closed", d.CaseState, topics.ALERTS)
SANCTION_STEP_DUE = _type("sanction.step-due", d.SanctionState, topics.ALERTS)
ALERT_DELIVERED = _type("alert.delivered", d.AlertState, topics.ALERTS)
ALERT_FAILED = _type("alert.failed", d.AlertState, topics.ALERTS)

ALL: dict[str, EventType] = {
    value.name: value for value in list(globals().values()) if isinstance(value, EventType)
}
FACTS: dict[str, EventType] = {
    name: kind for name, kind in ALL.items() if kind.topic in topics.FACTS and kind is not WORKER_ERASED
}
