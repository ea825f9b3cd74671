"""What follows an award: amendments, cancellation, the end of the contracts, payments.

What the statuses of OCDS mean here:
* a contract that is `cancelled` was never signed, and an award that is `cancelled` had been made: when
  nothing else is in force, the project is cancelled; the next award takes that back;
* a contract that is `terminated` was in force and has come to a close, "whether completed or not": workers
  were owed cover until that day, so the project is completed, not cancelled, even when it ended early;
* the start of a contract's period is what was agreed, not that work began: no `project.started`.
"""

from collections.abc import Iterator
from datetime import date, datetime

from patuh.importing.ocds.dates import Note, read_date, read_instant, unheard
from patuh.importing.ocds.releases import Award, Contract, Release, Transaction, awarded
from patuh.importing.ocds.terms import contracts_of, read_terms, rupiah
from shared.clock import local_date
from shared.events.data import ProjectAmended, ProjectPaid
from shared.identifiers import NIK_ANYWHERE

Payment = tuple[str, datetime, ProjectPaid]


def amended(release: Release, notices: int) -> ProjectAmended | None:
    """The terms after the last amendment of all contracts together, whose number is their count.

    `notices` counts for publishers who tag contractAmendment and list no amendments. None when nothing was
    amended, or the amended terms are unknown.
    """
    awards = awarded(release)
    contracts = contracts_of(release, awards, unheard)
    number = max(sum(len(contract.amendments or []) for contract in contracts), notices)
    terms = read_terms(release, awards, unheard)
    if not number or (terms.value_idr is None and terms.end_on is None):
        return None
    return ProjectAmended(amendment=number, value_idr=terms.value_idr, end_on=terms.end_on)


def is_cancelled(release: Release) -> bool:
    """Nothing is in force any more, and something was cancelled."""
    awards = awarded(release)
    if awards:
        of_each = [[c for c in release.contracts or [] if c.award == award.id] for award in awards]
        return all(own and all(c.status == "cancelled" for c in own) for own in of_each)
    return any(award.status == "cancelled" for award in release.awards or [])


def ended_on(release: Release, said: date) -> date | None:
    """The day the last contract came to a close; None while one is open, or an award has none.

    That day is what the publisher calls the real end, else the end agreed, but not after `said`, the day it
    was said to be over.
    """
    awards = awarded(release)
    contracts = contracts_of(release, awards, unheard)
    open_awards = {award.id for award in awards} - {contract.award for contract in contracts}
    if not contracts or open_awards or any(contract.status != "terminated" for contract in contracts):
        return None
    return max(_end(contract, said) for contract in contracts)


def _end(contract: Contract, said: date) -> date:
    real = contract.implementation.end_date if contract.implementation else None
    agreed = contract.period.end_date if contract.period else None
    return read_date(real, "", unheard) or min(read_date(agreed, "", unheard) or said, said)


def payments(release: Release, note: Note) -> Iterator[Payment]:
    """Each payment to a supplier, named within the process; what cannot be one is dropped with a defect."""
    awards = {award.id: award for award in release.awards or []}
    told: set[str] = set()
    for contract in release.contracts or []:
        done = contract.implementation.transactions if contract.implementation else None
        for transaction in done or []:
            name = f"{contract.id}/{transaction.id}"
            paid = _payment(transaction, awards.get(contract.award or ""), note)
            if paid and name in told:
                note("dropped payment: its id was used before")
            elif paid:
                told.add(name)
                yield name, *paid


def _payment(
    transaction: Transaction, award: Award | None, note: Note
) -> tuple[datetime, ProjectPaid] | None:
    at = read_instant(transaction.date, "payment date", note)
    amount = rupiah(transaction.value, "payment", note)
    if not transaction.id or NIK_ANYWHERE.search(transaction.id):
        note("dropped payment: no id, or one that may be a person's number")
    elif at is None:
        note("dropped payment: no date")
    elif amount is None:
        note("dropped payment: no amount")
    elif not _is_supplier(transaction, award):
        note("dropped payment: not to a supplier of the award")
    else:
        paid_on = read_date(transaction.date, "", unheard) or local_date(at)
        return at, ProjectPaid(paid_on=paid_on, amount_idr=amount)
    return None


def _is_supplier(transaction: Transaction, award: Award | None) -> bool:
    """Also when nothing says who was paid, or who the suppliers are."""
    payee, suppliers = transaction.payee, (award.suppliers if award else None) or []
    if not payee or not (payee.id or payee.name) or not suppliers:
        return True
    ids = bool(payee.id) and any(supplier.id == payee.id for supplier in suppliers)
    return ids or (bool(payee.name) and any(supplier.name == payee.name for supplier in suppliers))
