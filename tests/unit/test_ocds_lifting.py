"""OCDS 1.0 in the shapes of 1.1, as the tool of the standard does it, and on data that stops that tool."""

import copy
from typing import Any

import pytest
from ocdskit.upgrade import (  # type: ignore[import-untyped]
    upgrade_amendments_10_11,
    upgrade_transactions_10_11,
)

from patuh.importing.ocds.lifting import lift

Json = dict[str, Any]
OLD_PAYMENT = {
    "id": "1",
    "amount": {"amount": 5, "currency": "IDR"},
    "providerOrganization": {"scheme": "X", "id": 1, "legalName": "Dinas"},
    "receiverOrganization": {"scheme": "ID-NPWP", "id": "990000010429000", "legalName": "CV. CONTOH"},
}


def old(**contract: Any) -> Json:
    return {"ocid": "o", "contracts": [{"id": "1", "awardID": "1"} | contract]}


def lifted(release: Json) -> tuple[Json, list[str]]:
    defects: list[str] = []
    changed = copy.deepcopy(release)
    lift(changed, defects)
    return changed, defects


@pytest.mark.parametrize(
    "release",
    [
        old(amendment={"id": "1", "date": "2024-01-01", "rationale": "x"}),
        old(amendment={"id": "1"}, amendments=[{"id": "1"}]),
        old(amendment={"id": "2"}, amendments=[{"id": "1"}]),
        {
            "ocid": "o",
            "tender": {"amendment": {"id": "1"}},
            "awards": [{"id": "1", "amendment": {"id": "1"}}],
        },
    ],
)
def test_a_single_amendment_is_lifted_as_ocdskit_does(release: Json) -> None:
    theirs = copy.deepcopy(release)
    upgrade_amendments_10_11(theirs)
    ours, defects = lifted(release)

    assert ours == theirs
    assert set(defects) == {"single amendment (OCDS 1.0)"}


def test_a_payment_is_lifted_as_ocdskit_does_but_for_the_id_of_a_party() -> None:
    release = old(implementation={"transactions": [OLD_PAYMENT]})
    theirs = copy.deepcopy(release)
    upgrade_transactions_10_11(theirs, reorder=False)
    ours, defects = lifted(release)

    (old_way,), (new_way,) = (one["contracts"][0]["implementation"]["transactions"] for one in (theirs, ours))
    assert new_way["value"] == old_way["value"]
    assert new_way.keys() == old_way.keys()
    assert [new_way[n]["name"] for n in ("payer", "payee")] == [
        old_way[n]["name"] for n in ("payer", "payee")
    ]
    assert new_way["payee"]["id"] == "ID-NPWP-990000010429000"
    assert defects == ["payment in the terms of OCDS 1.0"]


@pytest.mark.parametrize(
    "malformed",
    [
        old(implementation={"transactions": [{"id": "no amount"}, None]}),
        old(implementation={"transactions": "none"}),
        old(amendment="x", amendments="y"),
        {"ocid": "o", "contracts": [None], "awards": "x", "tender": 3, "buyer": []},
    ],
)
def test_what_is_malformed_stays_and_costs_nothing_else(malformed: Json) -> None:
    lifted(malformed)


def test_what_is_of_1_1_stays_as_it_is() -> None:
    new = old(
        amendments=[{"id": "1"}], implementation={"transactions": [{"id": "1", "value": {"amount": 1}}]}
    )

    assert lifted(new) == (new, [])
