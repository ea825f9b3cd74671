"""From a compiled release to one `project.awarded` event: who got what, for how much, for how long."""

import re
from typing import Any

import msgspec

from patuh.importing.ocds import organisations
from patuh.importing.ocds.compiling import Process
from patuh.importing.ocds.dates import read_instant
from patuh.importing.ocds.releases import Award, Release, Tender, read_release
from patuh.importing.ocds.terms import Terms, read_terms
from patuh.importing.outcomes import PlacedEvent, Unusable
from shared.events.data import Method, ProjectAwarded, ProjectKind
from shared.events.types import PROJECT_AWARDED
from shared.identifiers import InvalidIdentifier, check_subject

TITLE_LIMIT = 500
ID_LIMIT = 300
_PREFIX = re.compile(r"ocds-[a-z0-9]{6}(?=-)", re.ASCII)
_KINDS: dict[str | None, ProjectKind] = {"works": "construction", "goods": "goods", "services": "services"}
_METHODS: dict[str | None, Method] = {
    "open": "tender",
    "selective": "tender",
    "limited": "direct",
    "direct": "direct",
}
_CONSULTANT = re.compile(r"konsultan", re.IGNORECASE)
_OF_WORKS = re.compile(r"konstruksi|pengawas|perencanaan", re.IGNORECASE)
_FUNDING = re.compile(r"\s*(APB[DN](?:-?P)?)\b", re.IGNORECASE)

Awards = list[tuple[int, Award]]


class NotAwarded(Exception):
    """Nothing is wrong, but nobody was awarded the contract (yet, or any more)."""


def award_event(process: Process, source: str | None, defects: list[str]) -> PlacedEvent:
    """The event of a process; `source` None means `urn:ocds:` and the publisher's prefix of the ocid.

    Its `time` is the date of the release, when the publisher said so: a correction has a later one and
    overrides, while the date of the award stays. Raises NotAwarded and Unusable.
    """
    try:
        release = read_release(process.release)
    except msgspec.ValidationError as error:
        raise Unusable.because(error) from error
    awards = _awarded(release, defects)
    data = _data(release, awards, defects)
    attributes = {
        "specversion": "1.0",
        "id": _event_id(process),
        "source": source or _source(process.ocid),
        "type": PROJECT_AWARDED.name,
        "subject": _subject(process.ocid),
        "time": _time(release, awards, defects),
        "datacontenttype": "application/json",
        "data": data,
    }
    return PlacedEvent(attributes, process.places[-1])


def _awarded(release: Release, defects: list[str]) -> Awards:
    awards = release.awards or []
    if not awards and release.contracts:
        raise Unusable("awards", "contracts without their award: compile the releases of the process first")
    known = [(index, award) for index, award in enumerate(awards) if _is_active(award)]
    if not known:
        lost = any(award.status in ("cancelled", "unsuccessful") for award in awards)
        raise NotAwarded("award cancelled or unsuccessful" if lost else "no award yet")
    defects.extend("award without a status" for _, award in known if not award.status)
    if len({tuple(s.id or s.name for s in award.suppliers or []) for _, award in known}) > 1:
        defects.append("several awards to different suppliers, sent as one project")
    return known


def _is_active(award: Award) -> bool:
    return award.status == "active" or (not award.status and bool(award.suppliers))


def _data(release: Release, awards: Awards, defects: list[str]) -> dict[str, Any]:
    contractors = organisations.contractors(release, awards, defects)
    owner, has_id = organisations.owner(release)
    if not has_id:
        defects.append("buyer without an id")
    title = _title(release, awards, defects)
    terms: Terms = read_terms(release, [award for _, award in awards], defects.append)
    data = ProjectAwarded(
        title=title,
        kind=_kind(release.tender or Tender(), title),
        method=_method(release.tender or Tender()),
        owner=owner,
        contractors=contractors,
        value_idr=terms.value_idr,
        funding=_funding(release),
        contract_on=terms.contract_on,
        start_on=terms.start_on,
        end_on=terms.end_on,
    )
    return _checked(data)


def _checked(data: ProjectAwarded) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(data)
    try:
        msgspec.convert(built, ProjectAwarded)
    except msgspec.ValidationError as error:
        raise Unusable.because(error) from error
    return built


def _title(release: Release, awards: Awards, defects: list[str]) -> str:
    told = [release.tender.title if release.tender else None, *(award.title for _, award in awards)]
    title = next((" ".join(text.split()) for text in told if text and text.strip()), "")
    if not title:
        raise Unusable("tender/title", "neither the tender nor an award has a title")
    if len(title) > TITLE_LIMIT:
        defects.append(f"title cut to {TITLE_LIMIT} characters")
    return title[:TITLE_LIMIT]


def _kind(tender: Tender, title: str) -> ProjectKind:
    kind = _KINDS.get(tender.main_procurement_category)
    if kind is None:
        raise Unusable("tender/mainProcurementCategory", "one of goods, works, services")
    consulting = "consultingServices" in (tender.additional_procurement_categories or [])
    if kind == "services" and _OF_WORKS.search(title) and (consulting or _CONSULTANT.search(title)):
        return "construction-consultancy"
    return kind


def _method(tender: Tender) -> Method:
    method = _METHODS.get(tender.procurement_method)
    if method is None:
        raise Unusable("tender/procurementMethod", "one of open, selective, limited, direct")
    return method


def _funding(release: Release) -> str | None:
    budget = release.planning.budget if release.planning else None
    found = _FUNDING.match(budget.description or "") if budget else None
    return found[1].upper() if found else None


def _event_id(process: Process) -> str:
    name = f"{process.ocid}/{process.version}"
    if len(name) > ID_LIMIT or "\x00" in name:
        raise Unusable("id", f"at most {ID_LIMIT} characters together with the ocid, no NUL")
    return name


def _source(ocid: str) -> str:
    prefix = _PREFIX.match(ocid)
    if not prefix:
        raise Unusable("ocid", "starts with ocds-, the six characters of its publisher and a dash")
    return f"urn:ocds:{prefix[0]}"


def _subject(ocid: str) -> str:
    try:
        return check_subject(f"project:{ocid}", "project")
    except InvalidIdentifier as error:
        raise Unusable("ocid", error.rule) from error


def _time(release: Release, awards: Awards, defects: list[str]) -> str:
    said = read_instant(release.date, "release date", defects.append)
    if said is None:
        told = [read_instant(award.date, "award date", defects.append) for _, award in awards]
        said = max((instant for instant in told if instant), default=None)
    if said is None:
        raise Unusable("date", "neither the release nor an award has a date that can be read")
    return said.isoformat()
