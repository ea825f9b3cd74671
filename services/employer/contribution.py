"""Contribution arithmetic, in whole rupiah. Rates are hundredths of a percent, as in law/parameters/.

How the law rounds was not found in any text read: `rounded_down` is the one place that decides it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.events.data import Bilingual, Programme
from shared.law import Law, Parameter

_WHOLE = 10_000  # hundredths of a percent
_PERCENT = 100
_JKP_NOTE = Bilingual(
    id="Tidak ada iuran tambahan: dibayar pemerintah dan dari rekomposisi iuran JKK.",
    en="Nothing on top: paid by the state and out of the JKK contribution.",
)


@dataclass(frozen=True)
class ByValue:
    """The one-off contribution of a project. `jkk_idr` is rounded down; JKM is what is left of the total."""

    total_idr: int
    jkk_idr: int

    @property
    def jkm_idr(self) -> int:
        return self.total_idr - self.jkk_idr


@dataclass(frozen=True)
class Share:
    """One programme's contribution of a month: who pays what, of which base, by which article."""

    programme: Programme
    base_idr: int
    employer_idr: int = 0
    worker_idr: int = 0
    discount_percent: int = 0
    articles: tuple[str, ...] = ()
    note: Bilingual | None = None


@dataclass(frozen=True)
class Payer:
    """What decides about a discount; `None` is unknown and earns none."""

    sector: str | None = None
    workers: int | None = None
    paid_by: str | None = None


def rounded_down(dividend: int, divisor: int) -> int:
    """The rounding of every amount: down to the rupiah, once, at the end of a sum."""
    return dividend // divisor


def without_vat(value_idr: int, percent: int) -> int:
    """The part of a contract value that is not VAT, rounded down to the rupiah."""
    return rounded_down(value_idr * _PERCENT, _PERCENT + percent)


def late_fine(amount_idr: int, months: int, percent: int) -> int:
    """The fine for an amount that is late by so many months begun, in rupiah. Legal source: PP 44/2015."""
    return rounded_down(amount_idr * percent * months, _PERCENT)


def arrears(amounts_idr: Iterable[tuple[int, int]], percent: int) -> tuple[int, int]:
    """What is owed, and the fines on it, from (amount, months begun since it was due) of each month."""
    missed = list(amounts_idr)
    return sum(a for a, _ in missed), sum(late_fine(amount, months, percent) for amount, months in missed)


def by_contract_value(value_idr: int, tiers: list[list[int]]) -> int:
    """The one-off contribution of a construction project, from its contract value.

    `tiers` are [lower bound of the slice in rupiah, JKK, JKM]; each rate applies to its own slice only
    (marginal). Legal source: PP 44/2015 art. 54-55.
    """
    return split_by_contract_value(value_idr, tiers).total_idr


def split_by_contract_value(value_idr: int, tiers: list[list[int]]) -> ByValue:
    """The same, told apart into JKK and JKM."""
    tops = [lower for lower, *_ in tiers[1:]] + [max(value_idr, tiers[-1][0])]
    slices = [
        (max(0, min(value_idr, top) - lower), jkk, jkm)
        for (lower, jkk, jkm), top in zip(tiers, tops, strict=True)
    ]
    total = sum(part * (jkk + jkm) for part, jkk, jkm in slices)
    return ByValue(rounded_down(total, _WHOLE), rounded_down(sum(p * jkk for p, jkk, _ in slices), _WHOLE))


def by_project_wages(wages_idr: int, rates: dict[str, int]) -> ByValue:
    """The contribution of a construction project whose wages are known, from all wages of the month.

    `rates` is the parameter project.wage-rates. Legal source: PP 44/2015 art. 53.
    """
    total = rounded_down(wages_idr * (rates["jkk"] + rates["jkm"]), _WHOLE)
    return ByValue(total, rounded_down(wages_idr * rates["jkk"], _WHOLE))


def of_wage_earners(
    law: Law,
    month: date,
    wages_idr: Sequence[int],
    programmes: Iterable[Programme],
    risk_class: str,
    payer: Payer | None = None,
) -> list[Share]:
    """The contributions of a month for wage earners (PU), by the law of the first day of that month.

    `risk_class` (I-V) is set by BPJS. Raises LookupError when the law of that month is not known (the
    JP cap changes yearly). Legal source: PP 44/2015, PP 45/2015, PP 46/2015, PP 37/2021.
    """
    on = month.replace(day=1)
    wages = sum(wages_idr)
    off = discounts(law, on, "pu", payer or Payer())
    shares: list[Share] = []
    for programme in programmes:
        if programme == "jkp":
            article = law.parameter("jkp.rates", on).article
            shares.append(Share("jkp", wages, articles=(article,), note=_JKP_NOTE))
        elif programme == "jp":
            cap = law.parameter("jp.wage-cap", on)
            capped = sum(min(wage, cap.value) for wage in wages_idr)
            rate = law.parameter("jp.rate", on)
            shares.append(_share("jp", capped, rate.value, {}, (rate.article, cap.article)))
        else:
            rates, articles = _rates(law, programme, risk_class, on)
            shares.append(_share(programme, wages, rates, off, articles))
    return shares


def _rates(law: Law, programme: Programme, risk_class: str, on: date) -> tuple[Any, tuple[str, ...]]:
    if programme == "jkk":
        classes = law.parameter("jkk.rates", on)
        return {"employer": classes.value[risk_class]}, (classes.article,)
    rate = law.parameter(f"{programme}.rate", on)
    return rate.value, (rate.article,)


def _share(
    programme: Programme,
    base: int,
    rates: dict[str, int],
    off: dict[str, Parameter],
    articles: tuple[str, ...],
) -> Share:
    """Employer and worker share of a base; a discount is taken off the rate, not off the rounded amount."""
    discount = off.get(programme)
    percent = int(discount.value["percent"][programme]) if discount else 0
    employer, worker = (
        rounded_down(base * rates.get(who, 0) * (_PERCENT - percent), _WHOLE * _PERCENT)
        for who in ("employer", "worker")
    )
    return Share(
        programme, base, employer, worker, percent, articles + ((discount.article,) if discount else ())
    )


def of_own_account(
    law: Law, month: date, income_idr: int, programmes: Iterable[Programme], payer: Payer | None = None
) -> list[Share]:
    """The contributions of a month of an own-account worker (BPU), by the nominal income of her class.

    An income outside the classes counts as that of the lowest or the highest. JP and JKP are not open to
    her: ValueError. Legal source: PP 44/2015 Lampiran II, PP 46/2015, PP 50/2025.
    """
    on = month.replace(day=1)
    ends, rates = law.parameter("bpu.nominal-income", on), law.parameter("bpu.rates", on)
    base = min(max(income_idr, ends.value["least"]), ends.value["most"])
    off = discounts(law, on, "bpu", payer or Payer())
    shares: list[Share] = []
    for programme in programmes:
        if programme == "jkm":
            flat = law.parameter("bpu.jkm", on)
            shares.append(_share("jkm", flat.value, {"worker": _WHOLE}, off, (flat.article,)))
        elif programme in rates.value:
            rate = {"worker": rates.value[programme]}
            shares.append(_share(programme, base, rate, off, (rates.article,)))
        else:
            raise ValueError(f"own-account workers have no {programme}")
    return shares


def discounts(law: Law, on: date, segment: str, payer: Payer) -> dict[str, Parameter]:
    """The discount in force for each programme. Legal source: PP 7/2025, PP 36/2025, PP 50/2025."""
    found: dict[str, Parameter] = {}
    for name in law.names:
        discount = law.find(name, on) if name.startswith("discount.") else None
        if discount and _earned(discount.value, segment, payer):
            found |= dict.fromkeys(discount.value["percent"], discount)
    return found


def _earned(terms: dict[str, Any], segment: str, payer: Payer) -> bool:
    """What is unknown earns nothing: a contribution too low would leave the worker in arrears."""
    if segment != terms["segment"] or payer.sector is None:
        return False
    if "sectors" in terms and payer.sector not in terms["sectors"]:
        return False
    if payer.sector in terms.get("except_sectors", ()):
        return False
    if "not_paid_by" in terms and (payer.paid_by is None or payer.paid_by in terms["not_paid_by"]):
        return False
    return "least_workers" not in terms or (payer.workers or 0) >= int(terms["least_workers"])
