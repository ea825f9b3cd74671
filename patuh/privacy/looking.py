"""Whom a reference stands for, as the vault knows it, and who asked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from patuh.privacy.custody import Custody
from services.gateway import vault_store
from services.gateway.privacy import Person
from shared.database import Database


@dataclass(frozen=True)
class Found:
    """A person in the vault, and between which days the door met her."""

    reference: str
    person: Person
    first_seen: date
    last_seen: date

    @property
    def masked(self) -> str:
        """The NIK as officers may see it: the first six digits and the last two."""
        return masked(self.person.nik)


def masked(nik: str) -> str:
    """`997201********01`: where she was first registered, and enough to tell two cards apart."""
    return f"{nik[:6]}{'*' * 8}{nik[-2:]}"


async def look_up(
    custody: Custody, database: Database, references: Collection[str], who: str, purpose: str
) -> list[Found]:
    """Whom these references stand for, as far as they are kept; written down before it is known.

    `who` asks, and what for (`purpose`); both stay in the audit. Raises VaultError, DBAPIError.
    """
    cipher = custody.opened()
    async with database.transaction() as transaction:
        now: datetime = custody.settings.clock.now()
        kept = await vault_store.look_up(transaction, references, who, purpose, now)
    return [Found(row.reference, cipher.person(row), row.first_seen, row.last_seen) for row in kept]
