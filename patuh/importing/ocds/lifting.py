"""OCDS 1.0 in the shapes of 1.1: parties, amendments, payers and payees.

`ocdskit.upgrade` does the same for sound data, but stops at the first malformed part, which would cost the
whole release, and logs a party with its contact point where two differ; hence this.
"""

from collections.abc import Iterator
from typing import Any

Content = dict[str, Any]


def lift(release: Content, defects: list[str]) -> None:
    """Change the release in place; what is of 1.1 already, or malformed, stays as it is."""
    _lift_organisations(release, defects)
    blocks = [release.get("tender"), *objects(release, "awards"), *objects(release, "contracts")]
    for block in blocks:
        if isinstance(block, dict):
            _lift_amendments(block, defects)
    for contract in objects(release, "contracts"):
        implementation = contract.get("implementation")
        if isinstance(implementation, dict):
            _lift_transactions(implementation, defects)


def objects(content: Content, name: str) -> list[Content]:
    """The members of a list that are objects; none when it is no list."""
    listed = content.get(name)
    return [member for member in listed if isinstance(member, dict)] if isinstance(listed, list) else []


def _lift_organisations(release: Content, defects: list[str]) -> None:
    """Move organisations written out in full inside `buyer` and `suppliers` to `parties`."""
    for reference in _references(release):
        identifier = reference.get("identifier")
        if not isinstance(identifier, dict):
            continue
        name = reference.setdefault("id", _party_id(identifier) or reference.get("name"))
        parties = release.setdefault("parties", [])
        if name and isinstance(parties, list) and not _has(parties, name):
            defects.append("organisation written out inside the release (OCDS 1.0)")
            parties.append(dict(reference))


def _references(release: Content) -> Iterator[Content]:
    tender = release.get("tender")
    found = [release.get("buyer"), tender.get("procuringEntity") if isinstance(tender, dict) else None]
    for award in objects(release, "awards"):
        found.extend(objects(award, "suppliers"))
    return (reference for reference in found if isinstance(reference, dict))


def _party_id(identifier: Content) -> str:
    return "-".join(str(identifier[name]) for name in ("scheme", "id") if identifier.get(name))


def _has(parties: list[Any], name: object) -> bool:
    return any(isinstance(party, dict) and party.get("id") == name for party in parties)


def _lift_amendments(block: Content, defects: list[str]) -> None:
    """One `amendment` into `amendments`; each gets an id, its date, or the merge would count it twice."""
    single = block.pop("amendment", None)
    if isinstance(single, dict) and isinstance(block.setdefault("amendments", []), list):
        defects.append("single amendment (OCDS 1.0)")
        if single not in block["amendments"]:
            block["amendments"].append(single)
    for amendment in objects(block, "amendments"):
        if amendment.get("id") in (None, "") and isinstance(amendment.get("date"), str):
            amendment["id"] = amendment["date"]


def _lift_transactions(implementation: Content, defects: list[str]) -> None:
    for transaction in objects(implementation, "transactions"):
        if "amount" in transaction:
            defects.append("payment in the terms of OCDS 1.0")
            transaction.setdefault("value", transaction.pop("amount"))
        for old, new in (("providerOrganization", "payer"), ("receiverOrganization", "payee")):
            identifier = transaction.pop(old, None)
            if isinstance(identifier, dict):
                found = {"id": _party_id(identifier), "name": identifier.get("legalName")}
                transaction.setdefault(new, found)
