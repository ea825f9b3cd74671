"""A NIK is checked, used to make a reference, and dropped. Pure, under a key held here alone."""

import hmac
import re
from hashlib import sha256

from msgspec.structs import replace

from shared.events import BadEvent
from shared.events import data as d
from shared.identifiers import (
    NIK_ANYWHERE,
    WORKER_REF,
    InvalidIdentifier,
    check_nik,
    is_personal_npwp,
    normalise_npwp,
)

_NUMBER = re.compile(r"^[\d .\-]{15,24}$")
_PERSON = "employer:person-"
A_PERSON = "Perorangan (a natural person)"


class Pseudonyms:
    """Makes references: HMAC-SHA-256 of the NIK, cut to 160 bits, in hexadecimal."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def reference(self, nik: str, field: str) -> str:
        """The reference of a NIK. Raises BadEvent when the NIK fails its check."""
        try:
            return hmac.new(self._key, check_nik(nik).encode(), sha256).hexdigest()[:40]
        except InvalidIdentifier as error:
            raise BadEvent(field, error.rule) from error

    def subject(self, subject: str, field: str) -> str:
        """A subject as it may travel: numbers of persons replaced, numbers of firms in their full form."""
        kind, _, number = subject.partition(":")
        if kind == "worker" and not WORKER_REF.match(number):
            return f"worker:{self.reference(number, field)}"
        if kind == "employer" and is_personal_npwp(number):
            return f"{_PERSON}{self.reference(re.sub(r'[ .-]', '', number), field)}"
        if kind == "employer" and _NUMBER.match(number):
            return f"employer:{_npwp(number, field)}"
        return subject

    def data(self, data: d.Data, subject: str) -> d.Data:
        """The data as they may travel in an event about `subject`."""
        if isinstance(data, d.EmployerUpdated):
            return _employer(data, subject)
        if isinstance(data, d.ProjectAwarded):
            named = [self.subject(c, f"data.contractors[{i}]") for i, c in enumerate(data.contractors)]
            return replace(data, contractors=named)
        if (
            isinstance(data, d.WorkerRegistered | d.WorkerUnregistered | d.WorkerIncidentReported)
            and data.employer
        ):
            return replace(data, employer=self.subject(data.employer, "data.employer"))
        return data


def _employer(data: d.EmployerUpdated, subject: str) -> d.EmployerUpdated:
    """Of a natural person as employer neither the number, which is a NIK, nor the name goes further."""
    personal = data.npwp is not None and is_personal_npwp(data.npwp)
    npwp = None if personal or data.npwp is None else _npwp(data.npwp, "data.npwp")
    if personal or subject.startswith(_PERSON):
        return replace(data, npwp=npwp, name=A_PERSON)
    return replace(data, npwp=npwp)


def _npwp(text: str, field: str) -> str:
    try:
        return normalise_npwp(text)
    except InvalidIdentifier as error:
        raise BadEvent(field, error.rule) from error


def check_no_nik(field: str, text: str | None) -> None:
    """Raise BadEvent when an attribute that travels as it is holds a NIK."""
    if text and NIK_ANYWHERE.search(text):
        raise BadEvent(field, "must not contain a NIK or another 16-digit personal number")
