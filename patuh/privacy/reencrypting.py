"""The vault under its newest key: after it, an older vault key may be thrown away."""

from collections.abc import Callable

from patuh.privacy.custody import Custody
from services.gateway import vault_store
from services.gateway.vault import Cipher
from services.gateway.vault_store import Row

_AT_ONCE = 1000
_ALL = "(all)"


async def reencrypt(custody: Custody, who: str, tell: Callable[[int], None] = lambda _: None) -> int:
    """Encrypt anew what is under an older key; how many rows there were. What is interrupted goes on.

    Raises VaultError when a row does not open, DBAPIError.
    """
    cipher, last, count = custody.opened(), "", 0
    async with custody.database() as database:
        while True:
            async with database.transaction() as transaction:
                rows = await vault_store.under_older_keys(transaction, cipher.version, last, _AT_ONCE)
                if not rows:
                    break
                await vault_store.reseal(transaction, [_anew(cipher, row) for row in rows])
                purpose = f"re-encryption of {len(rows)} rows under key {cipher.version}"
                now = custody.settings.clock.now()
                await vault_store.write_down(transaction, now, who, purpose, [_ALL])
            last, count = rows[-1].reference, count + len(rows)
            tell(count)
    return count


def _anew(cipher: Cipher, row: Row) -> Row:
    person = cipher.person(row)
    fresh = cipher.row(row.reference, person, row.reference_key, row.last_seen)
    return fresh._replace(first_seen=row.first_seen)
