"""Value and dates of what was awarded, from awards and their contracts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patuh.importing.ocds.dates import Note, read_date
from patuh.importing.ocds.releases import Award, Contract, Release, Value

LARGEST = 10**15


@dataclass(frozen=True)
class Terms:
    """Whole rupiah and local dates; None is unknown."""

    value_idr: int | None
    contract_on: date | None
    start_on: date | None
    end_on: date | None


def read_terms(release: Release, awards: list[Award], note: Note) -> Terms:
    """The terms of all `awards` together: values add up, dates span from the first to the last."""
    contracts = contracts_of(release, awards, note)
    signed = [read_date(contract.date_signed, "contract dateSigned", note) for contract in contracts]
    spans = [_span(contract, note) for contract in contracts]
    return Terms(
        _total(awards, contracts, note),
        min((day for day in signed if day), default=None),
        min((start for start, _ in spans if start), default=None),
        max((end for _, end in spans if end), default=None),
    )


def contracts_of(release: Release, awards: list[Award], note: Note) -> list[Contract]:
    """The contracts of `awards` that were not cancelled before they were signed."""
    known = {award.id for award in release.awards or []}
    chosen = {award.id for award in awards}
    found: dict[str, Contract] = {}
    for contract in release.contracts or []:
        if contract.award not in known:
            note("contract of an award that is not there")
        elif contract.award in chosen and contract.status != "cancelled":
            if contract.id in found:
                note("contract id used twice")
            found[contract.id] = contract
    return list(found.values())


def _span(contract: Contract, note: Note) -> tuple[date | None, date | None]:
    if not contract.period:
        return None, None
    start = read_date(contract.period.start_date, "contract period", note)
    end = read_date(contract.period.end_date, "contract period", note)
    if start and end and end < start:
        note("contract ends before it starts")
        return None, None
    return start, end


def _total(awards: list[Award], contracts: list[Contract], note: Note) -> int | None:
    """The sum; unknown when one part is, as a sum without it would be too low."""
    parts = [_value(award, contracts, note) for award in {award.id: award for award in awards}.values()]
    known = [part for part in parts if part is not None]
    if len(known) == len(parts):
        return sum(known)
    if known:
        note("value of one of several awards unknown, so the whole is")
    return None


def _value(award: Award, contracts: list[Contract], note: Note) -> int | None:
    own = [contract for contract in contracts if contract.award == award.id]
    agreed = [rupiah(contract.value, "contract value", note) for contract in own if contract.value]
    known = [amount for amount in agreed if amount is not None]
    if known and len(known) == len(own):
        return sum(known)
    return rupiah(award.value, "award value", note)


def rupiah(value: Value | None, name: str, note: Note) -> int | None:
    """Whole rupiah; None, and noted, for what is missing, zero, out of range or in another currency."""
    amount = Decimal(value.amount) if value and value.amount is not None else None
    problem = _problem(amount, value.currency if value else None)
    if amount is None or problem:
        note(f"{name} {problem}")
        return None
    return round(amount)


def _problem(amount: Decimal | None, currency: str | None) -> str:
    if amount is None:
        return "missing"
    if currency != "IDR":
        return "in another currency" if currency else "without a currency"
    # NaN compares with nothing.
    if not amount.is_finite() or not 0 <= amount <= LARGEST:
        return "out of range"
    return "" if amount else "of zero, taken as unknown"
