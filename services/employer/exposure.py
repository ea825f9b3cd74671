"""What the family of a worker without cover stands to lose, in rupiah. Pure.

Amounts are "up to": the scholarship is at its most only for two children from kindergarten to a degree.
"""

from datetime import date
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from services.employer.contribution import rounded_down
from services.employer.finding import rupiah
from shared.events.data import Bilingual, Exposure
from shared.law import Law

Event = Literal["work-death", "death", "disability", "treatment", "job-loss"]


class Benefit(Struct, frozen=True):
    """One benefit of an event: at most `up_to_idr`; None when it hangs on an unknown wage or has no limit."""

    event: Event
    up_to_idr: int | None
    title: Bilingual
    condition: Bilingual
    article: str


def benefits(law: Law, wage_idr: int | None, day: date) -> list[Benefit]:
    """The benefits by the law of a day, for a monthly wage (reported, or the region's minimum) in rupiah.

    Raises LookupError when the law of that day is not known. Legal source: PP 44/2015 art. 25 and 34 as
    changed by PP 82/2019, PP 37/2021 as changed by PP 6/2025.
    """
    return [
        *_of_work_death(law, wage_idr, day),
        *_of_death(law, day),
        _of_disability(law, wage_idr, day),
        *_of_treatment(law, wage_idr, day),
        *_of_job_loss(law, wage_idr, day),
    ]


def exposure(law: Law, workers: int, wage_idr: int | None, day: date) -> Exposure:
    """What is lost when each of so many workers dies of an accident at work, the gravest that may happen.

    A worker dies once, so events are not added up. With an unknown wage the multiple of the wage is left
    out, and the conditions say so.
    """
    each, conditions = _for_one(law, wage_idr, day)
    return Exposure(per_worker_idr=each, total_idr=each * workers, conditions=conditions)


@lru_cache(maxsize=4096)  # a day has as many minimum wages as there are regencies
def _for_one(law: Law, wage_idr: int | None, day: date) -> tuple[int, Bilingual]:
    each = sum(benefit.up_to_idr or 0 for benefit in _of_work_death(law, wage_idr, day))
    return each, _conditions(law, wage_idr, day)


def _of_work_death(law: Law, wage: int | None, day: date) -> list[Benefit]:
    death, study = law.parameter("benefits.jkk-death", day), law.parameter("benefits.scholarship", day)
    months, cash = int(death.value["months"]), int(death.value["periodic"]) + int(death.value["funeral"])
    always = Bilingual(id="meninggal karena kecelakaan kerja", en="death by an accident at work")
    return [
        Benefit(
            "work-death",
            _times(wage, months),
            _months_of_wage(months, "kematian", "death"),
            always,
            death.article,
        ),
        Benefit("work-death", cash, _CASH, always, death.article),
        Benefit("work-death", int(study.value["most"]), _study(study.value), _no_waiting(), study.article),
    ]


def _of_death(law: Law, day: date) -> list[Benefit]:
    death, study = law.parameter("benefits.jkm", day), law.parameter("benefits.scholarship", day)
    years = law.parameter("benefits.scholarship-jkm-years", day)
    always = Bilingual(id="meninggal bukan karena kecelakaan kerja", en="death that work did not cause")
    after = Bilingual(
        id=f"hanya setelah {years.value} tahun membayar iuran",
        en=f"only after {years.value} years of contributions",
    )
    return [
        Benefit("death", sum(map(int, death.value.values())), _DEATH, always, death.article),
        Benefit("death", int(study.value["most"]), _study(study.value), after, years.article),
    ]


def _of_disability(law: Law, wage: int | None, day: date) -> Benefit:
    found = law.parameter("benefits.jkk-total-disability", day)
    months = int(found.value["months"])
    return Benefit(
        "disability",
        _times(wage, months),
        _months_of_wage(months, "cacat total tetap", "total permanent disability"),
        _AT_WORK,
        found.article,
    )


def _of_treatment(law: Law, wage: int | None, day: date) -> list[Benefit]:
    """Treatment has no limit; of the pay while unable to work the first year is reckoned."""
    found = law.parameter("benefits.jkk-temporary-disability", day)
    title = Bilingual(
        id="upah selama tidak mampu bekerja, 12 bulan pertama",
        en="pay while unable to work, the first 12 months",
    )
    care = Bilingual(id="perawatan tanpa batas biaya", en="treatment without a limit")
    return [
        Benefit("treatment", _percents(wage, found.value), title, _AT_WORK, found.article),
        Benefit("treatment", None, care, _AT_WORK, found.article),
    ]


def _of_job_loss(law: Law, wage: int | None, day: date) -> list[Benefit]:
    """None before JKP began. Of the wage up to a cap."""
    found = law.find("benefits.jkp", day)
    if found is None:
        return []
    months = found.value["first_months"] + found.value["second_months"]
    counted = None if wage is None else min(wage, int(found.value["wage_cap"]))
    title = Bilingual(id=f"uang tunai JKP selama {months} bulan", en=f"JKP cash for {months} months")
    laid_off = Bilingual(id="peserta JKP yang terkena PHK", en="a JKP member who is laid off")
    return [Benefit("job-loss", _percents(counted, found.value), title, laid_off, found.article)]


def _percents(wage: int | None, terms: dict[str, int]) -> int | None:
    """So many months at one percentage of the wage and so many at another."""
    months = (terms[f"{part}_months"] * terms[f"{part}_percent"] for part in ("first", "second"))
    return None if wage is None else rounded_down(wage * sum(months), 100)


def _conditions(law: Law, wage: int | None, day: date) -> Bilingual:
    natural = rupiah(sum(map(int, law.parameter("benefits.jkm", day).value.values())))
    months = int(law.parameter("benefits.jkk-death", day).value["months"])
    years, of_wage = law.parameter("benefits.scholarship-jkm-years", day).value, _wage_said(months, wage)
    return Bilingual(
        id="Paling banyak, jika pekerja meninggal karena kecelakaan kerja: santunan berkala, biaya "
        f"pemakaman, beasiswa anak, dan {of_wage.id}. Jika bukan karena kecelakaan kerja: Rp {natural.id}; "
        f"beasiswa hanya setelah {years} tahun iuran.",
        en="Up to, if a worker dies of an accident at work: periodic benefit, funeral, scholarships, and "
        f"{of_wage.en}. If work was not the cause: Rp {natural.en}; scholarships only after {years} years of "
        "contributions.",
    )


def _wage_said(months: int, wage: int | None) -> Bilingual:
    if wage is None:
        return Bilingual(
            id=f"{months} kali upah (belum dihitung, upah tidak diketahui)",
            en=f"{months} monthly wages (not counted, the wage is unknown)",
        )
    said = rupiah(wage)
    return Bilingual(id=f"{months} kali upah Rp {said.id}", en=f"{months} monthly wages of Rp {said.en}")


def _times(wage: int | None, months: int) -> int | None:
    return None if wage is None else wage * months


def _months_of_wage(months: int, id_: str, en: str) -> Bilingual:
    return Bilingual(id=f"santunan {id_} {months} kali upah", en=f"{months} monthly wages for {en}")


def _study(terms: dict[str, int]) -> Bilingual:
    children = terms["children"]
    return Bilingual(
        id=f"beasiswa sampai sarjana untuk {children} anak",
        en=f"scholarships up to a first degree, number of children: {children}",
    )


def _no_waiting() -> Bilingual:
    return Bilingual(id="tanpa masa iuran minimum", en="no least time of membership")


_AT_WORK = Bilingual(id="karena kecelakaan kerja", en="by an accident at work")
_CASH = Bilingual(id="santunan berkala dan biaya pemakaman", en="periodic benefit and funeral")
_DEATH = Bilingual(
    id="santunan kematian, berkala dan pemakaman", en="death benefit, periodic benefit and funeral"
)
