"""One fact of the nation from its number: an employer, a project, a worker's month, a contribution."""

import hashlib
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from patuh.city import numbers
from patuh.nation.plan import NationPlan
from shared.clock import JAKARTA
from shared.events import Event, EventType, types
from shared.events import data as d

SIPP, OSS, LPSE = "https://sipp.example.id", "https://oss.example.id", "https://lpse.example.id"
# Regencies whose minimum wages the law file has.
_REGIONS = ("32.71.01", "32.72.02", "32.73.05", "32.74.01", "32.75.02", "32.76.01", "32.77.01", "32.78.03")
_FOUNDED = date(2024, 1, 2)
_OFFICE_HOURS_MS = 8 * 3_600_000
_CONTRIBUTION_IDR = 280_000


def employer_subject(plan: NationPlan, number: int) -> str:
    """The subject of employer number `number`."""
    return _employer_subject(plan.seed, number)


# Each comes again with each of its workers, and a check digit takes as long as the rest of a line.
@lru_cache(maxsize=50_000)
def _employer_subject(seed: int, number: int) -> str:
    return f"employer:{numbers.npwp(seed, number)}"


def project_subject(number: int) -> str:
    """The subject of the project of employer number `number`."""
    return f"project:lkpp-405-tender-{number + 1}"


def employer(plan: NationPlan, number: int) -> Event:
    """The registration of an employer; every eighth declares more workers than it has."""
    data = d.EmployerRegistered(
        name=f"PT Contoh {number}",
        npwp=numbers.npwp(plan.seed, number),
        npp=numbers.npp(plan.seed, number) if number < 1_000_000 else None,
        size=plan.band_of(number).size,
        sector="private",
        region=_REGIONS[number % len(_REGIONS)],
        workforce=plan.workforce(number),
        programmes=["jkk", "jkm", "jht"],
        obliged_since=_FOUNDED,
        member_since=_FOUNDED,
    )
    subject = employer_subject(plan, number)
    return _event(types.EMPLOYER_REGISTERED, f"oss-{number}", OSS, subject, _FOUNDED, data, number)


def project(plan: NationPlan, number: int) -> Event:
    """A project of an employer, on which a quarter of its workers are to be enrolled."""
    signed = plan.month(0)
    data = d.ProjectAwarded(
        title=f"Peningkatan jalan {number}",
        kind="construction",
        method="tender",
        owner=d.Owner(agency="D405"),
        contractors=[employer_subject(plan, number)],
        value_idr=200_000_000 + 1_000_000 * (number % 5_000),
        contract_on=signed,
        end_on=signed + timedelta(days=340),
        workers_planned=max(1, plan.headcount(number) // 4),
        region=_REGIONS[number % len(_REGIONS)],
    )
    return _event(
        types.PROJECT_AWARDED, f"lpse-{number}", LPSE, project_subject(number), signed, data, number
    )


def line(plan: NationPlan, worker: int, month: int) -> Event:
    """What SIPP says about a worker in a month."""
    number = plan.employer_of(worker)
    drawn = hashlib.blake2b(f"{plan.seed}:{worker}".encode(), digest_size=20).hexdigest()
    kind = _kind(plan, worker, month)
    effective = plan.month(month) + timedelta(days=_day(int(drawn[month % 38 : month % 38 + 2], 16)))
    data = _enrolment(kind, worker, month, effective)
    data.employer = employer_subject(plan, number)
    data.project = project_subject(number) if plan.has_project(number) and plan.on_project(worker) else None
    # From the natural key and the version, as importers do: ids do not come in their sorting order.
    # With a letter in the middle: the gateway refuses what holds 16 digits, which may be a NIK.
    event_id = f"{drawn[:10]}x{drawn[10:20]}-{month + 1}"
    name = numbers.nik(plan.seed, worker, plan.start) if plan.named == "nik" else drawn
    return _event(kind, event_id, SIPP, f"worker:{name}", effective, data, worker)


def _day(drawn: int) -> int:
    """The first of the month for half of the facts, else any day up to the 28th."""
    return drawn // 2 % 28 if drawn % 2 else 0


def _kind(plan: NationPlan, worker: int, month: int) -> EventType:
    """Seven of ten stay, two leave in the middle and come back, one leaves in the last month."""
    habit, middle = worker % 10, plan.months // 2 if plan.months > 2 else plan.months
    if month == 0:
        return types.WORKER_REGISTERED
    if habit in (7, 8) and month in (middle, middle + 1):
        return types.WORKER_UNREGISTERED if month == middle else types.WORKER_REGISTERED
    gone = plan.leaves(worker) and month == plan.months - 1
    return types.WORKER_UNREGISTERED if gone else types.WORKER_UPDATED


def _enrolment(
    kind: EventType, worker: int, month: int, effective: date
) -> d.WorkerRegistered | d.WorkerUnregistered:
    if kind is types.WORKER_UNREGISTERED:
        return d.WorkerUnregistered(reason="mengundurkan diri", effective_on=effective)
    made = d.WorkerRegistered if kind is types.WORKER_REGISTERED else d.WorkerUpdated
    return made(
        segment="pu",
        programmes=["jkk", "jkm", "jht", "jp"] if worker % 20 == 0 and month >= 2 else ["jkk", "jkm", "jht"],
        effective_on=effective,
        wage_idr=3_100_000 + 1000 * (worker % 900) + 50_000 * month,
        region=_REGIONS[worker % len(_REGIONS)],
    )


def contribution(plan: NationPlan, number: int, period: str, posted: date) -> Event:
    """What an employer paid for a period; one of twenty pays for nobody."""
    workers = 0 if number % 20 == 19 else plan.headcount(number)
    amount = workers * _CONTRIBUTION_IDR
    data = d.ContributionPosted(period=period, amount_idr=amount, workers=workers, posted_on=posted)
    subject = employer_subject(plan, number)
    return _event(types.CONTRIBUTION_POSTED, f"iuran-{number}-{period}", SIPP, subject, posted, data, number)


def _event(
    kind: EventType, event_id: str, source: str, subject: str, day: date, data: d.Data, place: int
) -> Event:
    said = datetime.combine(day, time(8), JAKARTA) + timedelta(milliseconds=place % _OFFICE_HOURS_MS)
    return Event(kind, event_id, source, subject, said, data)
