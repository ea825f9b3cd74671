"""The projects of the sample city: awards, dates, money. What their contractors do is in `crews`."""

from datetime import date
from itertools import count

from patuh.city import plan as p
from patuh.city.crews import crew_size, live, register
from patuh.city.days import after, next_office_day, office_day
from patuh.city.draw import Draw, Quantiles
from patuh.city.names import OWNERS, PLACES, community_title, work_title
from patuh.city.records import Amendment, Employer, Payment, Project
from shared.calendar import add_working_days
from shared.events.data import Method, ProjectKind

# (probability, rupiah): Kab. Bandung 2025, works; the tails and consultancy (capped at 100 m) are assumed.
_DIRECT: Quantiles = ((0.0, 18e6), (0.25, 84e6), (0.5, 124e6), (0.75, 179e6), (0.95, 200e6), (1.0, 400e6))
_DIRECT_CONSULTANCY: Quantiles = ((0.0, 12e6), (0.5, 48e6), (1.0, 100e6))
_TENDER: Quantiles = ((0.0, 220e6), (0.5, 956e6), (0.9, 3.4e9), (1.0, 15.9e9))
_DIRECT_DAYS = {14: 15, 30: 40, 45: 25, 60: 20}
_TENDER_DAYS = {60: 30, 90: 45, 120: 25}
_GRANT_IDR = 25_000_000
_CONSULTANCY_SHARE = 0.37
# Works pile up towards the end of the window, as they do towards the end of a budget year.
_PEAK = 0.85


def award_projects(draw: Draw, employers: list[Employer], planted: int) -> list[Project]:
    """Every project of the plan but the `planted` tenders."""
    plan = draw.days.plan
    community, tenders = plan.count(357), max(1, plan.count(50) - planted)
    direct = plan.count(1000) - community - tenders - planted
    bidders = [employer for employer in employers if _may_bid(employer)]
    numbers = count(1)
    found = [_contract(draw, next(numbers), "tender", bidders) for _ in range(tenders)]
    found += [_contract(draw, next(numbers), "direct", bidders) for _ in range(direct)]
    return found + [_grant(draw, number) for number in range(community)]


def project_subject(method: Method, number: int) -> str:
    """Subject in LKPP's form; 999 is no LPSE."""
    path = "tender" if method == "tender" else "nontender"
    return f"project:lkpp-999-{path}-{10_000_000_000 + number * 1000}"


def _may_bid(employer: Employer) -> bool:
    return employer.habit not in ("new", "alone", "closed")


def _award_day(draw: Draw) -> date:
    offset = int(draw.rng.triangular(0, draw.days.plan.days, _PEAK * draw.days.plan.days))
    return min(draw.days.last, max(draw.days.first, office_day(after(draw.days.first, offset))))


def _contract(draw: Draw, number: int, method: Method, bidders: list[Employer]) -> Project:
    kind: ProjectKind = "construction-consultancy" if draw.chance(_CONSULTANCY_SHARE) else "construction"
    region, place = draw.rng.choice(PLACES)
    project = Project(
        subject=project_subject(method, number),
        title=work_title(draw.rng, kind, place),
        kind=kind,
        method=method,
        owner=draw.rng.choice(OWNERS),
        region=region,
        award_on=_award_day(draw),
        habit=draw.pick(p.PROJECT_HABITS),
        contractors=_contractors(draw, kind, method, bidders),
        value_idr=_value(draw, kind, method),
    )
    if draw.chance(p.CANCELLED):
        cancelled = office_day(after(project.award_on, draw.rng.randint(5, 30)))
        project.cancelled_on = draw.days.happened(cancelled)
    end = _set_dates(draw, project, draw.pick(_TENDER_DAYS if method == "tender" else _DIRECT_DAYS))
    if project.cancelled_on is None:
        _run(draw, project, end)
    return project


def _value(draw: Draw, kind: ProjectKind, method: Method) -> int:
    points = _TENDER if method == "tender" else _DIRECT
    if method == "direct" and kind == "construction-consultancy":
        points = _DIRECT_CONSULTANCY
    return 1000 * round(draw.quantile(points) / 1000)


def _contractors(draw: Draw, kind: ProjectKind, method: Method, bidders: list[Employer]) -> list[Employer]:
    trade = "builder" if kind == "construction" else "consultant"
    # The smallest of cities may have no firm of the trade.
    able = [employer for employer in bidders if employer.trade == trade] or bidders
    # A few firms win many jobs, and members win more of them.
    weights = [(3 if firm.npp else 1) / (rank + 3) ** 0.5 for rank, firm in enumerate(able)]
    joint = draw.chance(p.KSO_OF_TENDERS if method == "tender" else p.KSO_OF_DIRECT)
    picked = draw.rng.choices(able, weights, k=2 if joint else 1)
    return list(dict.fromkeys(picked))


def _set_dates(draw: Draw, project: Project, duration: int) -> date:
    """Set what is known of SPK, SPMK and end; return the planned end."""
    spk = next_office_day(after(project.award_on, draw.rng.randint(0, 5)))
    spmk = next_office_day(after(spk, draw.rng.randint(0, 7)))
    end = after(spmk, duration)
    if draw.chance(p.SPK_KNOWN):
        project.contract_on, project.end_on = spk, end
    if draw.chance(p.SPMK_IN_AWARD):
        project.start_on, project.end_on = spmk, end
    elif project.cancelled_on is None and draw.chance(p.SPMK_LATER):
        project.started_on = draw.days.happened(spmk)
        project.end_on = end if project.started_on else project.end_on
    if project.kind == "construction" and draw.chance(0.4):
        project.workers_planned = crew_size(project)
    return end


def _run(draw: Draw, project: Project, end: date) -> None:
    """Let the works go on until their end, as far as `today` allows."""
    if draw.chance(p.AMENDED):
        end = _amend(draw, project, end)
    done = draw.days.happened(office_day(after(end, draw.rng.randint(-3, 8))))
    if done and draw.chance(p.COMPLETION_RECORDED):
        project.completed_on = done
    _pay(draw, project, end)
    live(draw, project, end)
    if draw.chance(p.VALUE_UNKNOWN) and not project.amendments:
        project.value_idr = None


def _amend(draw: Draw, project: Project, end: date) -> date:
    half = after(project.award_on, (end - project.award_on).days // 2)
    told = draw.days.happened(draw.between(next_office_day(after(project.award_on, 3)), half))
    if told is None:
        return end
    more = draw.rng.choice((0, 3, 7, 10))
    later = after(end, draw.rng.choice((7, 14, 21))) if more == 0 or draw.chance(0.5) else None
    value = (project.value_idr or 0) * (100 + more) // 100 if more else None
    project.amendments.append(Amendment(told, value, later))
    return later or end


def _pay(draw: Draw, project: Project, end: date) -> None:
    """Tenders are paid a part in the middle; all are paid up some working days after completion."""
    due = project.final_value or 0
    if project.method == "tender":
        half = office_day(after(project.award_on, (end - project.award_on).days // 2))
        project.payments += _payment(draw, half, due * 3 // 10)
        due -= sum(payment.amount_idr for payment in project.payments)
    if project.completed_on:
        project.payments += _payment(
            draw, add_working_days(project.completed_on, draw.rng.randint(2, 8)), due
        )


def _payment(draw: Draw, day: date, amount: int) -> list[Payment]:
    return [Payment(day, amount)] if draw.days.happened(day) else []


def _grant(draw: Draw, number: int) -> Project:
    """A P2RW grant: residents build for themselves, seldom with cover."""
    region, place = PLACES[number % len(PLACES)]
    rw, today = number // len(PLACES) + 1, draw.days.today
    project = Project(
        subject=f"project:p2rw-{today.year}-{place.lower()}-rw{rw:02d}",
        title=community_title(draw.rng, place, rw),
        kind="community",
        method="grant",
        owner=("bagian-tata-pemerintahan", f"Bagian Tata Pemerintahan / Kelurahan {place}"),
        region=region,
        award_on=_award_day(draw),
        value_idr=_GRANT_IDR,
        workers_planned=draw.rng.randint(6, 14),
    )
    project.start_on = next_office_day(after(project.award_on, draw.rng.randint(0, 7)))
    project.end_on = after(project.start_on, draw.rng.choice((30, 45, 60)))
    project.completed_on = draw.days.happened(office_day(project.end_on))
    registered = draw.days.happened(add_working_days(project.award_on, draw.rng.randint(2, 14)))
    if registered and draw.chance(p.COMMUNITY_REGISTERED):
        register(draw, project, registered, project.workers_planned or 0)
    return project
