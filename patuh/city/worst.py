"""Three planted cases, each of them a story worth opening first."""

from patuh.city import numbers
from patuh.city.crews import register
from patuh.city.days import after, next_office_day, office_day
from patuh.city.draw import Draw
from patuh.city.employers import join
from patuh.city.names import OWNERS
from patuh.city.plan import EmployerHabit, SizeClass
from patuh.city.projects import project_subject
from patuh.city.records import Employer, Project
from shared.calendar import add_working_days

PLANTED_TENDERS = 2


def plant(draw: Draw) -> tuple[list[Employer], list[Project], dict[str, tuple[str, ...]]]:
    """The planted employers and projects, and their subjects by the names of the cases."""
    hospital = _hospital_builder(draw)
    market = _market_joint_operation(draw)
    factory = _factory(draw)
    firms = [*hospital.contractors, *market.contractors, factory]
    cases = {"hospital-builder": _subjects(hospital), "market-joint-operation": _subjects(market)}
    return firms, [hospital, market], cases | {"garment-factory": (factory.subject,)}


def _subjects(project: Project) -> tuple[str, ...]:
    return (project.subject, *(firm.subject for firm in project.contractors))


def _hospital_builder(draw: Draw) -> Project:
    """A large builder with a third of its workers enrolled builds a ward that was never registered."""
    builder = _employer(draw, 0, "PT Wiragraha Konstruksi Gemilang", "large", 640, "enrols-some")
    join(draw, builder, 212)
    return _tender(draw, 0, "Pembangunan Gedung Rawat Inap RSUD", 14_800_000_000, [builder], "dinkes")


def _market_joint_operation(draw: Draw) -> Project:
    """A KSO enrols 85 workers, then takes 31 of them off mid-project; one member was never registered."""
    lead = _employer(draw, 1, "PT Narakarsa Bangunan Mandala", "medium", 58, "enrols-all")
    join(draw, lead, 58)
    partner = _employer(draw, 2, "CV Tarumukti Kontraktor Berkah", "small", 35, "never")
    project = _tender(draw, 1, "Revitalisasi Pasar Kota", 6_400_000_000, [lead, partner], "dputr")
    register(draw, project, add_working_days(project.award_on, 6), 85)
    for spell in project.crew[:31]:
        spell.off = office_day(after(draw.days.today, -18))
        spell.told_off = add_working_days(spell.off, 3)
        spell.reason = "pengurangan tenaga kerja"
    return project


def _factory(draw: Draw) -> Employer:
    """A factory that has had 1,150 workers for three years and no membership."""
    return _employer(draw, 3, "PT Purwasakti Garmen Andalan", "large", 1150, "never", "factory")


def _employer(
    draw: Draw,
    index: int,
    name: str,
    size: SizeClass,
    workforce: int,
    habit: EmployerHabit,
    trade: str = "builder",
) -> Employer:
    plan = draw.days.plan
    number = plan.count(2000) + index
    return Employer(
        npwp=numbers.npwp(plan.seed, number),
        nib=numbers.nib(plan.seed, number),
        npp=None if habit == "never" else numbers.npp(plan.seed, number),
        name=name,
        trade=trade,
        kbli="14111" if trade == "factory" else "41015",
        size=size,
        region="32.72.05",
        habit=habit,
        obliged_since=office_day(after(plan.today, -1100)),
        workforce=workforce,
    )


def _tender(
    draw: Draw, index: int, title: str, value: int, contractors: list[Employer], owner: str
) -> Project:
    plan = draw.days.plan
    award = office_day(after(plan.today, -min(58, plan.days - 4)))
    start = next_office_day(after(award, 5))
    return Project(
        subject=project_subject("tender", plan.count(1000) + 1 + index),
        title=title,
        kind="construction",
        method="tender",
        owner=(owner, dict(OWNERS)[owner]),
        region="32.72.02",
        award_on=award,
        contractors=contractors,
        value_idr=value,
        contract_on=award,
        start_on=start,
        end_on=after(start, 120),
        vat_included=True,
        workers_planned=110,
    )
