"""The data of `project.awarded` from a compiled release: who got what, for how much, for how long."""

import re

from patuh.importing.ocds import organisations
from patuh.importing.ocds.dates import Note
from patuh.importing.ocds.releases import Award, Release, Tender, awarded
from patuh.importing.ocds.terms import read_terms
from patuh.importing.outcomes import Unusable
from shared.events.data import Method, ProjectAwarded, ProjectKind

TITLE_LIMIT = 500
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


def read_award(release: Release, note: Note) -> ProjectAwarded:
    """All awards in force as one project, as there is one `project:<ocid>`: every supplier of each of them
    is a contractor, whether they work together (KSO) or each for a part. Raises Unusable.
    """
    awards = awarded(release)
    _note_awards(awards, note)
    contractors = organisations.contractors(release, note)
    owner, has_id = organisations.owner(release)
    if not has_id:
        note("buyer without an id")
    title = _title(release, awards, note)
    terms = read_terms(release, awards, note)
    return ProjectAwarded(
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


def _note_awards(awards: list[Award], note: Note) -> None:
    for award in awards:
        if not award.status:
            note("award without a status")
    if len({tuple(s.id or s.name for s in award.suppliers or []) for award in awards}) > 1:
        note("several awards to different suppliers, sent as one project")


def _title(release: Release, awards: list[Award], note: Note) -> str:
    told = [release.tender.title if release.tender else None, *(award.title for award in awards)]
    title = next((" ".join(text.split()) for text in told if text and text.strip()), "")
    if not title:
        raise Unusable("tender/title", "neither the tender nor an award has a title")
    if len(title) > TITLE_LIMIT:
        note(f"title cut to {TITLE_LIMIT} characters")
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
