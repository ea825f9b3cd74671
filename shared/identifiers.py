"""Identifiers of the field: NIK, NPWP, NIB, NPP, and the subjects built from them.

Checks are as strict as the sources allow: NPWP of firms pass Luhn over their first nine digits
(measured over 1,432 real ones), a NIK has no check digit but holds a birth date and a serial from 1.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial

_PERSONAL = re.compile(r"[1-9][0-9]{15}")
_SEPARATORS = re.compile(r"[ .\-]")
WORKER_REF = re.compile(r"^[0-9a-f]{40}$")

# As it is written by hand: with a dot, dash or space between any digits. Only what can be a NIK counts: its
# province does not end with 0 (no province does, and "2025-03-..." starts so), day and month exist. A run
# that dots or dashes carry on is a longer number: an account code, a firm's number.
_GAP = r"[\s.\-\u2010-\u2015\u2212_]{0,3}"
_DAY = rf"(?:[04]{_GAP}[1-9]|[1256]{_GAP}[0-9]|[37]{_GAP}[01])"
_MONTH = rf"(?:0{_GAP}[1-9]|1{_GAP}[0-2])"
_SPACED_NIK = (
    rf"(?<![0-9])(?<![0-9][.\-])[1-9]{_GAP}[1-9]{_GAP}(?:[0-9]{_GAP}){{4}}{_DAY}{_GAP}{_MONTH}"
    rf"(?:{_GAP}[0-9]){{6}}(?![.\-]?[0-9])"
)
NIK_ANYWHERE = re.compile(rf"(?<![0-9])[1-9][0-9]{{15}}(?![0-9])|{_SPACED_NIK}")
# What has no such run has no NIK, and most texts have none: six times cheaper to see.
_LONG_RUN = re.compile(r"[0-9][0-9\s.\-\u2010-\u2015\u2212_]{14}[0-9\s.\-\u2010-\u2015\u2212_]*+")
# A digest or a UUID holds sixteen digits in a row by chance: one of a thousand.
_HEXADECIMAL = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{32,128}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?![0-9A-Za-z])"
)
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
_is_worker = _SUBJECTS["worker"].fullmatch


@dataclass(frozen=True)
class InvalidIdentifier(ValueError):
    """`value` broke `rule`; the value itself is never put into the message (it may be a NIK)."""

    rule: str

    def __str__(self) -> str:
        return self.rule


def holds_nik(text: str) -> bool:
    """Whether a NIK, or another 16-digit personal number, stands in a text, however it is spaced."""
    if not _LONG_RUN.search(text) or not NIK_ANYWHERE.search(text):
        return False
    return NIK_ANYWHERE.search(_HEXADECIMAL.sub(" ", text)) is not None


def check_nik(nik: str) -> str:
    """Return the NIK (16 digits: PPKKCC, DDMMYY with day + 40 for women, serial from 0001).

    The region part is not checked against a list: it is the district of first registration and may
    no longer exist. Raises InvalidIdentifier with the rule that was broken.
    """
    if not _PERSONAL.fullmatch(nik):
        raise InvalidIdentifier("nik: 16 digits, the first not 0")
    day, month, year = int(nik[6:8]) % 40, int(nik[8:10]), int(nik[10:12])
    if not 1 <= month <= 12:
        raise InvalidIdentifier("nik: digits 9-10 are a month")
    # Both centuries are possible: a day is refused only if it exists in neither of them.
    if not 1 <= day <= _longest(year, month) or int(nik[6:8]) > 71:
        raise InvalidIdentifier("nik: digits 7-8 are a day of that month (women: day + 40)")
    if nik.endswith("0000"):
        raise InvalidIdentifier("nik: the serial starts at 0001")
    return nik


@cache
def _longest(year: int, month: int) -> int:
    """Days of a month in the longer one of both centuries."""
    return max(calendar.monthrange(century + year, month)[1] for century in (1900, 2000))


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
    digits = _SEPARATORS.sub("", text)
    if re.fullmatch(r"[0-9]{15}", digits):
        digits = "0" + digits
    if not re.fullmatch(r"0[0-9]{15}", digits):
        raise InvalidIdentifier("npwp: 15 digits, or 16 starting with 0")
    if not _luhn(digits[1:10]) or not int(digits[1:10]):
        raise InvalidIdentifier("npwp: the check digit (digit 9 of the old form) is wrong")
    return digits


def is_personal_npwp(text: str) -> bool:
    """True when the 16-digit NPWP is a NIK: a natural person (PMK 112/2022)."""
    return _PERSONAL.fullmatch(_SEPARATORS.sub("", text)) is not None


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


def subject_pattern(*kinds: str) -> str:
    """The form of a subject of one of `kinds` as a regular expression, without its check digits."""
    return "|".join(_SUBJECTS[kind].pattern for kind in kinds)


def check_subject(subject: str, *kinds: str) -> str:
    """Return the subject if it is well-formed and of one of `kinds`. Raises InvalidIdentifier."""
    return subject_check(*kinds)(subject)


@cache
def subject_check(*kinds: str) -> Callable[[str], str]:
    """`check_subject` for these kinds: asked for once, each check costs a third."""
    # An employer or a project comes again with each of its workers.
    remembering = lru_cache(maxsize=16_384)(partial(_check_subject, kinds))
    if "worker" not in kinds:
        return remembering

    # Every worker is another one: to remember them would push out all others.
    def check(subject: str) -> str:
        return subject if _is_worker(subject) else remembering(subject)

    return check


def _check_subject(kinds: tuple[str, ...], subject: str) -> str:
    kind = subject.partition(":")[0]
    if kind not in kinds:
        raise InvalidIdentifier(f"subject: starts with one of {', '.join(k + ':' for k in kinds)}")
    if not _SUBJECTS[kind].fullmatch(subject):
        raise InvalidIdentifier(f"subject: not a well-formed {kind} subject")
    if kind == "employer" and subject[9:10] == "0":
        normalise_npwp(subject[9:])
    # References are hexadecimal and may hold sixteen digits in a row by chance.
    if kind in ("project", "agency", "group") and holds_nik(subject):
        raise InvalidIdentifier("subject: must not contain a NIK")
    return subject


def employer_subject(npwp: str | None, nib: str | None, npp: str | None) -> str | None:
    """The canonical subject: NPWP first, then NIB, then NPP; None when nothing is known."""
    if npwp:
        return f"employer:{npwp}"
    if nib:
        return f"employer:nib-{nib}"
    return f"employer:npp-{npp}" if npp else None
