"""The vault: which person stands behind a reference, encrypted, for those who may know.

AES-256-GCM, each value under a nonce of its own, bound to its reference and column: a row that was copied to
another reference does not open. Without a key nothing is kept, and nobody can be found again.

Rows are written after the answer (`later`). What a crash loses is written at the person's next event.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from services.gateway import vault_store
from services.gateway.later import Later
from services.gateway.privacy import Person
from services.gateway.settings import GatewaySettings
from services.gateway.vault_store import Kept, Row
from shared.clock import Clock
from shared.events import Event

_NONCE = 12
_REMEMBERED = 500_000
Token = Callable[[int], bytes]


class VaultError(RuntimeError):
    """The vault cannot do this; the message says why and what to do."""


class Sealed(Struct, frozen=True):
    """An encrypted value and the version of the key it was encrypted with."""

    key_version: int
    value: bytes


class Cipher:
    """Encrypts and decrypts under keys by version (32 bytes in hexadecimal); the highest one encrypts."""

    def __init__(self, keys: Mapping[int, str], token: Token = secrets.token_bytes) -> None:
        self._keys = {version: _aes(key) for version, key in keys.items()}
        self.version, self._token = max(self._keys), token

    def seal(self, text: str, bound: str) -> Sealed:
        """Encrypt a text so that it opens only with `bound`, the reference and the column."""
        nonce = self._token(_NONCE)
        return Sealed(
            self.version, nonce + self._keys[self.version].encrypt(nonce, text.encode(), bound.encode())
        )

    def open(self, sealed: Sealed, bound: str) -> str:
        """Decrypt. Raises VaultError when the key is missing, or the bytes are not what was sealed there."""
        key = self._keys.get(sealed.key_version)
        if key is None:
            raise VaultError(f"the vault key of version {sealed.key_version} is not in PATUH_VAULT_KEYS")
        try:
            return key.decrypt(sealed.value[:_NONCE], sealed.value[_NONCE:], bound.encode()).decode()
        except InvalidTag:
            raise VaultError(
                "a row of the vault does not open: another key, or it was tampered with"
            ) from None

    def row(self, reference: str, person: Person, version: int, day: date) -> Row:
        """A person as a row of the vault; `version` is that of the key of the reference."""
        nik = self.seal(person.nik, f"nik:{reference}")
        name = self.seal(person.name, f"name:{reference}") if person.name else None
        return Row(
            reference=reference,
            reference_key=version,
            nik=nik.value,
            nik_key=nik.key_version,
            name=name.value if name else None,
            name_key=name.key_version if name else None,
            first_seen=day,
            last_seen=day,
        )

    def person(self, kept: Kept) -> Person:
        """Who stands behind a row. Raises VaultError."""
        nik = self.open(Sealed(kept.nik_key, kept.nik), f"nik:{kept.reference}")
        if kept.name is None or kept.name_key is None:
            return Person(nik)
        return Person(nik, self.open(Sealed(kept.name_key, kept.name), f"name:{kept.reference}"))


def _aes(key: str) -> AESGCM:
    try:
        raw = bytes.fromhex(key)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise ValueError("PATUH_VAULT_KEY: 64 hexadecimal digits (32 bytes)")
    return AESGCM(raw)


def cipher_of(settings: GatewaySettings) -> Cipher | None:
    """The cipher of the vault keys in the settings; None when there is none. Raises ValueError."""
    keys = settings.vault_keys_by_version()
    return Cipher(keys) if keys else None


class Vault:
    """Keeps whom the door met, once a day and person; keeps nothing when there is no cipher."""

    def __init__(
        self,
        cipher: Cipher | None,
        later: Later,
        clock: Clock,
        reference_version: int,
        remembered: int = _REMEMBERED,
    ) -> None:
        self._cipher, self._later, self._clock = cipher, later, clock
        self._version, self._remembered = reference_version, remembered
        self._seen: OrderedDict[str, tuple[date, str | None]] = OrderedDict()

    @property
    def keeps(self) -> bool:
        """Whether there is a key, and so anything to keep."""
        return self._cipher is not None

    def keep(self, met: Mapping[str, Person], events: Iterable[Event]) -> None:
        """Keep those of `met` who are named in these events: of an event that was refused nothing stays."""
        if self._cipher is None or not met:
            return
        day, rows = self._clock.today(), []
        for reference in {r for event in events for r in references_in(event)}:
            person = met.get(reference)
            if person and self._is_news(reference, day, person.name):
                rows.append(self._cipher.row(reference, person, self._version, day))
        if rows:
            self._later.add(vault_store.keep, rows)

    def _is_news(self, reference: str, day: date, name: str | None) -> bool:
        known = self._seen.get(reference)
        if known and known[0] == day and name in (None, known[1]):
            return False
        self._seen[reference] = (day, name or (known[1] if known else None))
        if len(self._seen) > self._remembered:
            self._seen.popitem(last=False)
        return True


def vault_of(settings: GatewaySettings, later: Later) -> Vault:
    """The vault of a gateway. Raises ValueError when a key is none."""
    return Vault(cipher_of(settings), later, settings.clock, max(settings.reference_keys()))


def references_in(event: Event) -> Iterable[str]:
    """The references an event names: its subject, the employer, the contractors."""
    named = [event.subject, getattr(event.data, "employer", None), *getattr(event.data, "contractors", ())]
    for subject in named:
        if subject and subject.startswith(("worker:", "employer:person-")):
            yield subject[-40:]
