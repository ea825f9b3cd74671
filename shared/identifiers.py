"""Identifiers of the field: NIK, NPWP, NIB, NPP, and the subjects built from them.

Checks are as strict as the sources allow: NPWP of firms pass Luhn over their first nine digits
(measured over 1,432 real ones), a NIK has no check digit but holds a birth date and a serial from 1.
"""

import calendar
import re
from dataclasses import dataclass
from functools import lru_cache

WORKER_REF = re.compile(r"^[0-9a-f]{40}$")
NIK_ANYWHERE = re.compile(r"(?<![0-9])[1-9][0-9]{15}(?![0-9])")
_SUBJECTS = {
    "employer": re.compile(
        r"^employer:(0[0-9]{15}|nib-[0-9]{13}|npp-[A-Z0-9]{8}(-[0-9]{3})?|person-[0-9a-f]{40})$"
    ),
    "project": re.compile(
        r"^project:(lkpp-[0-9]{1,6}-(tender|nontender|swakelola)-[0-9]{1,20}"
        r"|(?!lkpp-)[A-Za-z0-9][A-Za-z0-9._:/-]{2,119})$"
    ),
    "worker": re.compile(r"^worker:[0-9a-f]{40}$"),
    "agency": re.compile(r"^agency:[A-Za-z0-9._-]{1,64}$"),
    "group": re.compile(r"^group:[a-z0-9][a-z0-9._-]{0,99}$"),
}


@dataclass(frozen=True)
class InvalidIdentifier(ValueError):
    """`value` broke `rule`; the value itself is never put into the message (it may be a NIK)."""

    rule: str

    def __str__(self) -> str:
        return self.rule


def check_nik(nik: str) -> str:
    """Return the NIK (16 digits: PPKKCC, DDMMYY with day + 40 for women, serial from 0001).

    The region part is not checked against a list: it is the district of first registration and may
    no longer exist. Raises InvalidIdentifier with the rule that was broken.
    """
    if not re.fullmatch(r"[1-9][0-9]{15}", nik):
        raise InvalidIdentifier("nik: 16 digits, the first not 0")
    day, month, year = int(nik[6:8]) % 40, int(nik[8:10]), int(nik[10:12])
    if not 1 <= month <= 12:
        raise InvalidIdentifier("nik: digits 9-10 are a month")
    # Both centuries are possible: a day is refused only if it exists in neither of them.
    longest = max(calendar.monthrange(century + year, month)[1] for century in (1900, 2000))
    if not 1 <= day <= longest or int(nik[6:8]) > 71:
        raise InvalidIdentifier("nik: digits 7-8 are a day of that month (women: day + 40)")
    if nik.endswith("0000"):
        raise InvalidIdentifier("nik: the serial starts at 0001")
    return nik


def _luhn(digits: str) -> bool:
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = int(char) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


@lru_cache(maxsize=32_768)  # a firm comes again with each of its workers
def normalise_npwp(text: str) -> str:
    """Return the 16-digit NPWP of a firm for any of its written forms (15 digits, dotted, spaces).

    Raises InvalidIdentifier. A 16-digit NPWP that does not start with 0 is a person's NIK and is
    refused here: see `is_personal_npwp`.
    """
    digits = re.sub(r"[ .\-]", "", text)
    if re.fullmatch(r"[0-9]{15}", digits):
        digits = "0" + digits
    if not re.fullmatch(r"0[0-9]{15}", digits):
        raise InvalidIdentifier("npwp: 15 digits, or 16 starting with 0")
    if not _luhn(digits[1:10]) or not int(digits[1:10]):
        raise InvalidIdentifier("npwp: the check digit (digit 9 of the old form) is wrong")
    return digits


def is_personal_npwp(text: str) -> bool:
    """True when the 16-digit NPWP is a NIK: a natural person (PMK 112/2022)."""
    return re.fullmatch(r"[1-9][0-9]{15}", re.sub(r"[ .\-]", "", text)) is not None


def check_nib(nib: str) -> str:
    """Return the NIB (13 digits, issued by OSS). Raises InvalidIdentifier."""
    if not re.fullmatch(r"[0-9]{13}", nib):
        raise InvalidIdentifier("nib: 13 digits")
    return nib


def check_npp(npp: str) -> str:
    """Return the NPP, the employer's BPJS number: 8 characters and an optional unit of 3 digits."""
    if not re.fullmatch(r"[A-Z0-9]{8}(-[0-9]{3})?", npp):
        raise InvalidIdentifier("npp: 8 capital letters or digits, optionally a dash and 3 digits")
    return npp


def check_subject(subject: str, *kinds: str) -> str:
    """Return the subject if it is well-formed and of one of `kinds`. Raises InvalidIdentifier."""
    kind = subject.partition(":")[0]
    if kind not in kinds:
        raise InvalidIdentifier(f"subject: starts with one of {', '.join(k + ':' for k in kinds)}")
    if not _SUBJECTS[kind].fullmatch(subject):
        raise InvalidIdentifier(f"subject: not a well-formed {kind} subject")
    if kind == "employer" and subject[9:10] == "0":
        normalise_npwp(subject[9:])
    # References are hexadecimal and may hold sixteen digits in a row by chance.
    if kind in ("project", "agency", "group") and NIK_ANYWHERE.search(subject):
        raise InvalidIdentifier("subject: must not contain a NIK")
    return subject


def employer_subject(npwp: str | None, nib: str | None, npp: str | None) -> str | None:
    """The canonical subject: NPWP first, then NIB, then NPP; None when nothing is known."""
    if npwp:
        return f"employer:{npwp}"
    if nib:
        return f"employer:nib-{nib}"
    return f"employer:npp-{npp}" if npp else None
