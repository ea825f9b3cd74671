"""A NIK is checked, used to make a reference, and dropped. Pure, under keys held here alone.

Who was met while a request was screened is handed to the vault (`met`), which keeps it encrypted or not at
all.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from msgspec.structs import replace

from shared.events import BadEvent
from shared.events import data as d
from shared.identifiers import (
    WORKER_REF,
    InvalidIdentifier,
    check_nik,
    holds_nik,
    is_personal_npwp,
    normalise_npwp,
)

_NUMBER = re.compile(r"^[\d .\-]{15,24}$")
_LONGEST_ID = 290
_PERSON = "employer:person-"
A_PERSON = "Perorangan (a natural person)"


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands behind a reference. Never leaves the door but into the vault, and `repr` does not tell."""

    nik: str = field(repr=False)
    name: str | None = field(default=None, repr=False)


def copy_id(name: str, version: int) -> str:
    """The id of a fact told again under the references of a key version: `sipp-77~k2`."""
    first = name.partition("~k")[0]
    short = first if len(first) <= _LONGEST_ID else sha256(first.encode()).hexdigest()
    return f"{short}~k{version}"


class Pseudonyms:
    """Makes references: HMAC-SHA-256 of the NIK, cut to 160 bits, in hexadecimal.

    `keys` by version; the highest makes the references, the others are only for those made before.
    Whom it met it remembers until `met` is called, if `remembers` says that somebody will.
    """

    def __init__(self, keys: str | Mapping[int, str], remembers: bool = False) -> None:
        by_version = {1: keys} if isinstance(keys, str) else keys
        self._keys = {version: by_version[version].encode() for version in sorted(by_version)}
        self.versions, self.version = tuple(self._keys), max(self._keys)
        self._remembers, self._met = remembers, dict[str, Person]()

    def reference(self, nik: str, field: str) -> str:
        """The reference of a NIK. Raises BadEvent when the NIK fails its check."""
        try:
            found = self._of(check_nik(nik), self.version)
        except InvalidIdentifier as error:
            raise BadEvent(field, error.rule) from error
        if self._remembers and found not in self._met:
            self._met[found] = Person(nik)
        return found

    def references(self, nik: str) -> dict[int, str]:
        """The reference under each key, by its version. Raises InvalidIdentifier."""
        checked = check_nik(nik)
        return {version: self._of(checked, version) for version in self._keys}

    def _of(self, nik: str, version: int) -> str:
        return hmac.digest(self._keys[version], nik.encode(), "sha256").hex()[:40]

    def met(self) -> dict[str, Person]:
        """Who was met since this was last asked, by reference."""
        met, self._met = self._met, {}
        return met

    def subject(self, subject: str, field: str) -> str:
        """A subject as it may travel: numbers of persons replaced, numbers of firms in their full form."""
        kind, _, number = subject.partition(":")
        if kind == "worker" and not WORKER_REF.match(number):
            return f"worker:{self.reference(number, field)}"
        if kind == "employer" and is_personal_npwp(number):
            return f"{_PERSON}{self._of_npwp(number, field)}"
        if kind == "employer" and _NUMBER.match(number):
            return f"employer:{_npwp(number, field)}"
        return subject

    def _of_npwp(self, npwp: str, field: str) -> str:
        return self.reference(re.sub(r"[ .\-]", "", npwp), field)

    def data(self, data: d.Data, subject: str) -> d.Data:
        """The data as they may travel in an event about `subject`."""
        if isinstance(data, d.EmployerUpdated):
            return self._employer(data, subject)
        if isinstance(data, d.ProjectAwarded):
            named = [self.subject(c, f"data.contractors[{i}]") for i, c in enumerate(data.contractors)]
            return replace(data, contractors=named)
        if (
            isinstance(data, d.WorkerRegistered | d.WorkerUnregistered | d.WorkerIncidentReported)
            and data.employer
        ):
            employer = self.subject(data.employer, "data.employer")
            return data if employer == data.employer else replace(data, employer=employer)
        return data

    def _employer(self, data: d.EmployerUpdated, subject: str) -> d.EmployerUpdated:
        """Of a natural person as employer neither the number, which is a NIK, nor the name goes further."""
        personal = data.npwp is not None and is_personal_npwp(data.npwp)
        npwp = None if personal or data.npwp is None else _npwp(data.npwp, "data.npwp")
        person = subject.removeprefix(_PERSON) if subject.startswith(_PERSON) else None
        if personal and data.npwp:
            number = self._of_npwp(data.npwp, "data.npwp")
            if person not in (None, number):
                raise BadEvent("data.npwp", "is not the person that the subject names")
            person = number
        if person is None:
            return replace(data, npwp=npwp)
        known = self._met.get(person)
        if known and data.name:
            self._met[person] = Person(known.nik, data.name)
        return replace(data, npwp=npwp, name=A_PERSON)


def _npwp(text: str, field: str) -> str:
    try:
        return normalise_npwp(text)
    except InvalidIdentifier as error:
        raise BadEvent(field, error.rule) from error


def check_no_nik(field: str, text: str | None) -> None:
    """Raise BadEvent when an attribute that travels as it is holds a NIK, however it is spaced."""
    if text and holds_nik(text):
        raise BadEvent(field, "must not contain a NIK or another 16-digit personal number")
