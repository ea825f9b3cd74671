"""Who awards and who was awarded: from OCDS organisations to the employers and agencies of our events."""

import re
from collections.abc import Iterator

from patuh.importing.ocds.dates import Note
from patuh.importing.ocds.releases import Identifier, Organisation, Release, in_force
from patuh.importing.outcomes import Unusable
from shared.events.data import Owner
from shared.identifiers import (
    InvalidIdentifier,
    check_nib,
    check_nik,
    is_personal_npwp,
    normalise_npwp,
)

_NPWP, _NIB = {"ID-NPWP", "NPWP"}, {"ID-NIB", "NIB"}
_PREFIXED = re.compile(r"(ID-NPWP|ID-NIB)-(.+)", re.ASCII)
_NAME = re.compile(r"[^0-9]{1,60}")
_AGENCY = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def owner(release: Release) -> tuple[Owner, bool]:
    """The buyer, else the procuring entity, and whether it had an id of its own; else one made from its name.

    Raises Unusable when neither has an id or a name.
    """
    entity = release.tender.procuring_entity if release.tender else None
    known = [organisation for organisation in (release.buyer, entity) if organisation]
    for organisation in known:
        if organisation.id and _AGENCY.fullmatch(organisation.id):
            return Owner(agency=organisation.id, name=_name(organisation)), True
    for organisation in known:
        if agency := _slug(organisation.name or organisation.id or ""):
            return Owner(agency=agency, name=_name(organisation)), False
    raise Unusable("buyer", "no buyer or procuring entity with an id or a name")


def _name(organisation: Organisation) -> str | None:
    return (organisation.name or "").strip()[:500] or None


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:64].strip("-")


def contractors(release: Release, note: Note) -> list[str]:
    """The employer subjects of every supplier of the awards in force, each once.

    A supplier that cannot be keyed is dropped with a defect. Raises Unusable when none is left.
    """
    parties = {party.id: party for party in release.parties or [] if party.id}
    subjects: dict[str, None] = {}
    refused: list[Unusable] = []
    awards = [(index, award) for index, award in enumerate(release.awards or []) if in_force(award)]
    for index, award in awards:
        for position, supplier in enumerate(award.suppliers or []):
            try:
                subjects[_employer(supplier, parties.get(supplier.id or ""))] = None
            except InvalidIdentifier as error:
                refused.append(Unusable(f"awards/{index}/suppliers/{position}", error.rule))
    if not subjects:
        raise refused[0] if refused else Unusable(f"awards/{awards[0][0]}/suppliers", "no supplier named")
    for refusal in refused:
        note(f"dropped supplier: {refusal.rule}")
    return list(subjects)


def _employer(supplier: Organisation, party: Organisation | None) -> str:
    """The first identifier that is sound. Raises InvalidIdentifier with the rule the first one broke."""
    broken: list[InvalidIdentifier] = []
    for identifier in _identifiers(supplier, party):
        try:
            return _subject((identifier.scheme or "").strip(), (identifier.id or "").strip())
        except InvalidIdentifier as error:
            broken.append(error)
    raise broken[0] if broken else InvalidIdentifier("no NPWP or NIB (no id at all)")


def _identifiers(supplier: Organisation, party: Organisation | None) -> Iterator[Identifier]:
    named = [
        identifier
        for organisation in (party, supplier)
        if organisation
        for identifier in (organisation.identifier, *(organisation.additional_identifiers or []))
        if identifier and identifier.id
    ]
    yield from named
    # A local id is looked at only where the publisher names no scheme: beside a foreign scheme,
    # 13 digits are not a NIB.
    if supplier.id and not any(identifier.scheme for identifier in named):
        prefixed = _PREFIXED.fullmatch(supplier.id)
        yield Identifier(*prefixed.groups()) if prefixed else Identifier(None, supplier.id)


def _subject(scheme: str, written: str) -> str:
    digits = re.sub(r"[ .\-]", "", written)
    if scheme.upper() in _NIB or (not scheme and len(digits) == 13 and digits.isdecimal()):
        return f"employer:nib-{check_nib(digits)}"
    if scheme.upper() in _NPWP or (not scheme and len(digits) in (15, 16) and digits.isdecimal()):
        return f"employer:{_npwp(digits)}"
    # A publisher may put the number itself where the scheme belongs.
    named = f"scheme {scheme}" if _NAME.fullmatch(scheme) else "odd scheme" if scheme else "no scheme"
    raise InvalidIdentifier(f"no NPWP or NIB ({named})")


def _npwp(digits: str) -> str:
    if is_personal_npwp(digits):
        return check_nik(digits)
    if not digits.strip("0"):
        raise InvalidIdentifier("npwp: only zeros")
    return normalise_npwp(digits)
