"""What is so in the sample city: the records its events are told from and its truth is read from."""

from dataclasses import dataclass, field
from datetime import date

from msgspec import Struct

from patuh.city.plan import CityPlan, DepositHabit, EmployerHabit, PayerHabit, ProjectHabit, SizeClass
from patuh.city.public import Group, Incident, Office
from patuh.city.spells import Spell, enrolled
from shared.events import data as d


class Deposit(Struct, frozen=True, gc=False):
    """A contribution in rupiah posted on `on` for `period` (`2025-06`) and so many workers."""

    period: str
    on: date
    amount_idr: int
    workers: int


@dataclass(eq=False)
class Employer:
    """An employer. `workforce` is the head count declared last, `declared_before` the one it replaced.

    `chosen` are the programmes it declares when they are others than its size needs; on `widened_on`
    it declares those of its size. What is not `told` is so, but no event says it.
    """

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
    size_told: bool = True
    chosen: tuple[d.Programme, ...] | None = None
    widened_on: date | None = None
    programmes_told: bool = True
    wages_told: bool = True
    staff: list[Spell] = field(default_factory=list)
    deposits: list[Deposit] = field(default_factory=list)

    @property
    def subject(self) -> str:
        return f"employer:{self.npwp}"

    @property
    def fitting(self) -> list[d.Programme]:
        """What its size makes mandatory (Perpres 109/2013 art. 6), and JKP where that comes with it."""
        if self.size == "micro":
            return ["jkk", "jkm"]
        return ["jkk", "jkm", "jht"] if self.size == "small" else ["jkk", "jkm", "jht", "jp", "jkp"]

    def programmes(self, day: date) -> list[d.Programme]:
        """What it has its workers in on `day`."""
        widened = self.widened_on is not None and self.widened_on <= day
        return self.fitting if self.chosen is None or widened else list(self.chosen)

    def enrolled(self, day: date) -> int:
        """How many distinct workers are enrolled on `day`."""
        return enrolled(self.staff, day)

    def headcount(self, day: date) -> int | None:
        """The one declared last by `day`."""
        before = self.declared_on is not None and day < self.declared_on
        return self.declared_before if before else self.workforce

    def closed(self, day: date) -> bool:
        return self.closed_on is not None and self.closed_on <= day

    def member(self, day: date) -> bool:
        return self.member_since is not None and self.member_since <= day


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

    `started_on` is the SPMK told later, on its day. `hidden_value_idr` is a contract value that no event
    tells. Every date but `contract_on`, `start_on` and `end_on` lies before the plan's `today`.
    """

    subject: str
    title: str
    kind: d.ProjectKind
    method: d.Method
    owner: tuple[str, str]
    region: str
    award_on: date
    habit: ProjectHabit = "prompt"
    payer: DepositHabit = "pays"
    contractors: list[Employer] = field(default_factory=list)
    value_idr: int | None = None
    hidden_value_idr: int | None = None
    vat_included: bool | None = None
    contract_on: date | None = None
    start_on: date | None = None
    end_on: date | None = None
    workers_planned: int | None = None
    started_on: date | None = None
    amendments: list[Amendment] = field(default_factory=list)
    registered_on: date | None = None
    deposits: list[Deposit] = field(default_factory=list)
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
    def clock(self) -> date:
        """What its deadline counts from: the SPK, else the SPMK, else the award."""
        return self.contract_on or self.known_start or self.award_on

    @property
    def began(self) -> date:
        """When work began: the SPMK, else the SPK, else the award."""
        return self.known_start or self.contract_on or self.award_on

    def value_on(self, day: date) -> int | None:
        """Rupiah after every addendum told by `day`."""
        told = [change.value_idr for change in self.amendments if change.value_idr and change.on <= day]
        return told[-1] if told else self.value_idr

    def end_as_of(self, day: date) -> date | None:
        """The planned end after every addendum told by `day`."""
        told = [change.end_on for change in self.amendments if change.end_on and change.on <= day]
        return told[-1] if told else self.end_on

    def cancelled(self, day: date) -> bool:
        return self.cancelled_on is not None and self.cancelled_on <= day

    def registered(self, day: date) -> bool:
        return self.registered_on is not None and self.registered_on <= day

    def ended(self, day: date) -> bool:
        """True when it was cancelled or completed by `day`."""
        return self.cancelled(day) or (self.completed_on is not None and self.completed_on <= day)

    def enrolled(self, day: date) -> int:
        """How many distinct workers are enrolled in it on `day`."""
        return enrolled(self.crew, day)


@dataclass(frozen=True)
class City:
    """Every record, and the subjects of the planted cases by their names."""

    plan: CityPlan
    employers: list[Employer]
    projects: list[Project]
    worst: dict[str, tuple[str, ...]]
    offices: list[Office] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
