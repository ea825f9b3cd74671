"""The parts of an OCDS 1.1 release that are read; everything else is ignored."""

from decimal import Decimal
from typing import Any

from msgspec import Struct, convert, field


class Identifier(Struct, frozen=True):
    scheme: str | None = None
    id: str | None = None


class Organisation(Struct, frozen=True, rename="camel"):
    """A party, or a reference to one: then only `id` and `name` are given."""

    id: str | None = None
    name: str | None = None
    identifier: Identifier | None = None
    additional_identifiers: list[Identifier] | None = None


class Value(Struct, frozen=True):
    amount: int | Decimal | None = None
    currency: str | None = None


class Span(Struct, frozen=True, rename="camel"):
    start_date: str | None = None
    end_date: str | None = None


class Award(Struct, frozen=True):
    id: str
    title: str | None = None
    status: str | None = None
    date: str | None = None
    value: Value | None = None
    suppliers: list[Organisation] | None = None


class Amendment(Struct, frozen=True):
    id: str | None = None


class Transaction(Struct, frozen=True):
    id: str | None = None
    date: str | None = None
    value: Value | None = None
    payee: Organisation | None = None


class Implementation(Struct, frozen=True, rename="camel"):
    """`end_date` is of the extension for contract completion: when the contract really ended."""

    transactions: list[Transaction] | None = None
    end_date: str | None = None


class Contract(Struct, frozen=True, rename="camel"):
    id: str
    award: str | None = field(default=None, name="awardID")
    status: str | None = None
    value: Value | None = None
    period: Span | None = None
    date_signed: str | None = None
    amendments: list[Amendment] | None = None
    implementation: Implementation | None = None


class Tender(Struct, frozen=True, rename="camel"):
    title: str | None = None
    main_procurement_category: str | None = None
    additional_procurement_categories: list[str] | None = None
    procurement_method: str | None = None
    procuring_entity: Organisation | None = None


class Budget(Struct, frozen=True):
    description: str | None = None


class Planning(Struct, frozen=True):
    budget: Budget | None = None


class Release(Struct, frozen=True):
    ocid: str
    id: str
    date: str | None = None
    parties: list[Organisation] | None = None
    buyer: Organisation | None = None
    planning: Planning | None = None
    tender: Tender | None = None
    awards: list[Award] | None = None
    contracts: list[Contract] | None = None


def read_release(content: dict[str, Any]) -> Release:
    """The typed release; a number as an id is a text by now. Raises msgspec.ValidationError."""
    return convert(content, Release)


def awarded(release: Release) -> list[Award]:
    """The awards in force."""
    return [award for award in release.awards or [] if in_force(award)]


def in_force(award: Award) -> bool:
    """Active; an award without a status counts when it names suppliers."""
    return award.status == "active" or (not award.status and bool(award.suppliers))
