"""What the generator knows of its city: the records its events are told from and its truth is read from."""

from dataclasses import dataclass, field
from datetime import date

from msgspec import Struct

from patuh.city.plan import CityPlan, EmployerHabit, PayerHabit, ProjectHabit, SizeClass
from shared.events import data as d


class Spell(Struct, gc=False, kw_only=True):
    """One enrolment of one worker: covered from `on` until the day before `off` (None: still).

    `worker` is a running number, `told_on` and `told_off` the days on which beginning and end were sent
    (`told_on` None: on the day itself), `raised_on` the day of a raise in wage (rupiah a month).
    """

    worker: int
    on: date
    wage: int
    employer: str | None = None
    told_on: date | None = None
    off: date | None = None
    told_off: date | None = None
    reason: str = "mengundurkan diri"
    raised_on: date | None = None

    def covers(self, day: date) -> bool:
        return self.on <= day and (self.off is None or day < self.off)


@dataclass(eq=False)
class Employer:
    """An employer. `workforce` is the head count declared last, `declared_before` the one it replaced."""

    npwp: str
    nib: str
    name: str
    trade: str
    kbli: str
    size: SizeClass
    region: str
    habit: EmployerHabit
    obliged_since: date
    workforce: int | None
    npp: str | None = None
    member_since: date | None = None
    closed_on: date | None = None
    declared_before: int | None = None
    declared_on: date | None = None
    payer: PayerHabit = "prompt"
    staff: list[Spell] = field(default_factory=list)

    @property
    def subject(self) -> str:
        return f"employer:{self.npwp}"

    @property
    def programmes(self) -> list[d.Programme]:
        """What its size makes mandatory (Perpres 109/2013 art. 6)."""
        if self.size == "micro":
            return ["jkk", "jkm"]
        return ["jkk", "jkm", "jht"] if self.size == "small" else ["jkk", "jkm", "jht", "jp", "jkp"]

    def enrolled(self, day: date) -> int:
        """How many distinct workers are enrolled on `day`."""
        return len({spell.worker for spell in self.staff if spell.covers(day)})


class Amendment(Struct, frozen=True):
    """An addendum told on `on`: the new value and end, None where unchanged."""

    on: date
    value_idr: int | None
    end_on: date | None


class Payment(Struct, frozen=True):
    """A payment in rupiah."""

    on: date
    amount_idr: int


@dataclass(eq=False)
class Project:
    """A project. `contract_on` is the SPK, `start_on` the SPMK as the award told it; None is unknown.

    `started_on` is the SPMK told later, on its day. Every date but `contract_on`, `start_on` and
    `end_on` lies before the plan's `today`.
    """

    subject: str
    title: str
    kind: d.ProjectKind
    method: d.Method
    owner: tuple[str, str]
    region: str
    award_on: date
    habit: ProjectHabit = "prompt"
    contractors: list[Employer] = field(default_factory=list)
    value_idr: int | None = None
    contract_on: date | None = None
    start_on: date | None = None
    end_on: date | None = None
    workers_planned: int | None = None
    started_on: date | None = None
    amendments: list[Amendment] = field(default_factory=list)
    registered_on: date | None = None
    paid_contribution_on: date | None = None
    payments: list[Payment] = field(default_factory=list)
    completed_on: date | None = None
    cancelled_on: date | None = None
    crew: list[Spell] = field(default_factory=list)

    @property
    def construction(self) -> bool:
        return self.kind in ("construction", "construction-consultancy")

    @property
    def known_start(self) -> date | None:
        return self.started_on or self.start_on

    @property
    def final_value(self) -> int | None:
        """Rupiah after every addendum."""
        told = [amendment.value_idr for amendment in self.amendments if amendment.value_idr]
        return told[-1] if told else self.value_idr

    @property
    def known_end(self) -> date | None:
        """The end after every addendum."""
        told = [amendment.end_on for amendment in self.amendments if amendment.end_on]
        return told[-1] if told else self.end_on

    def ended(self, day: date) -> bool:
        """True when it was cancelled or completed by `day`."""
        return any(end is not None and end <= day for end in (self.completed_on, self.cancelled_on))


@dataclass(frozen=True)
class City:
    """Every record, and the subjects of the planted cases by their names."""

    plan: CityPlan
    employers: list[Employer]
    projects: list[Project]
    worst: dict[str, tuple[str, ...]]
