"""The projects of the sample city: awards, dates, money. What their contractors do is in `crews`."""

from datetime import date
from itertools import count

from patuh.city import plan as p
from patuh.city.crews import crew_size, live
from patuh.city.days import PROJECT_GRACE, after, next_office_day, office_day
from patuh.city.draw import Draw, Quantiles, award_day
from patuh.city.grants import award_grants
from patuh.city.names import OWNERS, PLACES, work_title
from patuh.city.records import Amendment, Employer, Payment, Project
from shared.calendar import add_working_days
from shared.events.data import Method, ProjectKind

# (probability, rupiah): Kab. Bandung 2025, works; the tails and consultancy (capped at 100 m) are assumed.
_DIRECT: Quantiles = ((0.0, 18e6), (0.25, 84e6), (0.5, 124e6), (0.75, 179e6), (0.95, 200e6), (1.0, 400e6))
_DIRECT_CONSULTANCY: Quantiles = ((0.0, 12e6), (0.5, 48e6), (1.0, 100e6))
_TENDER: Quantiles = ((0.0, 220e6), (0.5, 956e6), (0.9, 3.4e9), (1.0, 15.9e9))
_DIRECT_DAYS = {14: 15, 30: 40, 45: 25, 60: 20}
_TENDER_DAYS = {60: 30, 90: 45, 120: 25}
_CONSULTANCY_SHARE = 0.37
_ORDINARY = ("prompt", "early", "late")


def award_projects(draw: Draw, employers: list[Employer], planted: int) -> list[Project]:
    """Every project of the plan but the `planted` tenders."""
    plan = draw.days.plan
    community, tenders = plan.count(357), max(1, plan.count(50) - planted)
    direct = plan.count(1000) - community - tenders - planted
    bidders = [employer for employer in employers if _may_bid(employer)]
    numbers = count(1)
    ends = dict(_contract(draw, next(numbers), "tender", bidders) for _ in range(tenders))
    ends |= dict(_contract(draw, next(numbers), "direct", bidders) for _ in range(direct))
    _give_rare_habits(draw, list(ends))
    for project, end in ends.items():
        if project.cancelled_on is None:
            live(draw, project, end)
            _hide_value(draw, project)
    return [*ends, *award_grants(draw, community)]


def _give_rare_habits(draw: Draw, projects: list[Project]) -> None:
    """Habits that are met too seldom to be left to chance, to works that should be registered by now."""
    pool = [project for project in projects if project.habit in _ORDINARY and _is_due(draw, project)]
    running = [project for project in pool if project.completed_on is None]
    for habit, share in p.RARE_PROJECT_HABITS.items():
        for project in draw.take(running, share):
            project.habit = habit
    pool = [project for project in pool if project.habit in _ORDINARY]
    for payer, share in p.RARE_DEPOSIT_HABITS.items():
        for project in draw.take(pool, share):
            project.payer, project.habit, project.vat_included = payer, "prompt", True


def _is_due(draw: Draw, project: Project) -> bool:
    late = add_working_days(project.clock, PROJECT_GRACE + 4)
    return project.cancelled_on is None and late <= draw.days.last


def _hide_value(draw: Draw, project: Project) -> None:
    if draw.chance(p.VALUE_UNKNOWN) and not project.amendments and project.payer == "pays":
        project.hidden_value_idr, project.value_idr = project.value_idr, None


def project_subject(method: Method, number: int) -> str:
    """Subject in LKPP's form; 999 is no LPSE."""
    path = "tender" if method == "tender" else "nontender"
    return f"project:lkpp-999-{path}-{10_000_000_000 + number * 1000}"


def _may_bid(employer: Employer) -> bool:
    return employer.habit not in ("new", "alone", "closed")


def _contract(draw: Draw, number: int, method: Method, bidders: list[Employer]) -> tuple[Project, date]:
    """A contract, and the real end of its works."""
    kind: ProjectKind = "construction-consultancy" if draw.chance(_CONSULTANCY_SHARE) else "construction"
    region, place = draw.rng.choice(PLACES)
    project = Project(
        subject=project_subject(method, number),
        title=work_title(draw.rng, kind, place),
        kind=kind,
        method=method,
        owner=draw.rng.choice(OWNERS),
        region=region,
        award_on=award_day(draw),
        habit=draw.pick(p.PROJECT_HABITS),
        contractors=_contractors(draw, kind, method, bidders),
        value_idr=_value(draw, kind, method),
        vat_included=draw.pick(p.VAT_INCLUDED),
    )
    if draw.chance(p.CANCELLED):
        cancelled = office_day(after(project.award_on, draw.rng.randint(5, 30)))
        project.cancelled_on = draw.days.happened(cancelled)
    end = _set_dates(draw, project, draw.pick(_TENDER_DAYS if method == "tender" else _DIRECT_DAYS))
    return project, end if project.cancelled_on else _run(draw, project, end)


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


def _run(draw: Draw, project: Project, end: date) -> date:
    """Let the works go on until their end, as far as `today` allows; return that end."""
    if draw.chance(p.AMENDED):
        end = _amend(draw, project, end)
    done = draw.days.happened(office_day(after(end, draw.rng.randint(-3, 8))))
    if done and draw.chance(p.COMPLETION_RECORDED):
        project.completed_on = done
    _pay(draw, project, end)
    return end


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
    due = project.value_on(draw.days.last) or 0
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
