"""What follows an award: amendments, cancellations, the end, payments, as events with ids and dates."""

import copy
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from patuh.importing.ocds.events import read_events
from patuh.importing.outcomes import Mapped, Outcome, Rejected, Skipped
from shared.events import parse
from tests.unit.answering import Remembering, imported
from tests.unit.fixtures.ocds.examples import BASE, Json

OCID = "ocds-synth1-0001"
AWARD, CONTRACT = BASE["awards"][0], BASE["contracts"][0]


def release(name: str, date: str, **parts: Any) -> Json:
    return {"ocid": OCID, "id": name, "date": f"{date}T10:00:00+07:00"} | parts


def contract(**parts: Any) -> Json:
    return {"contracts": [{"id": "9001", "awardID": "501"} | parts]}


def idr(amount: float, currency: str = "IDR") -> Json:
    return {"amount": amount, "currency": currency}


AMENDED = release("r2", "2024-05-01", **contract(amendments=[{"id": "1"}], value=idr(900)))
EXTENDED = release("r3", "2024-06-01", **contract(amendments=[{"id": "2"}], period={"endDate": "2024-10-31"}))
TERMINATED = release("r4", "2024-11-05", **contract(status="terminated"))
LOST = release("r5", "2024-05-02", awards=[{"id": 501, "status": "cancelled"}])


def read(folder: Path, *releases: Json) -> list[Outcome]:
    path = folder / "releases.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in releases))
    return list(read_events(path))


def told(folder: Path, *releases: Json) -> list[tuple[str, str, str, Json]]:
    """Type, id without the ocid, day and data of every event but the award; all as the gateway reads them."""
    *skipped, last = read(folder, *releases)
    assert isinstance(last, Mapped), last
    assert all(isinstance(one, Skipped) for one in skipped)
    for event in last.events:
        parse(json.dumps(event).encode())
        assert event["subject"] == f"project:{OCID}"
    return [
        (event["type"][9:-3], event["id"].removeprefix(f"{OCID}/"), event["time"][:10], event["data"])
        for event in last.events
    ]


def without_award(events: list[tuple[str, str, str, Json]]) -> list[tuple[str, str, str, Json]]:
    return [event for event in events if event[0] != "project.awarded"]


def test_each_amendment_is_told_with_the_terms_after_it(tmp_path: Path) -> None:
    found = without_award(told(tmp_path, BASE, AMENDED, EXTENDED))

    assert [(kind, day, data) for kind, _, day, data in found] == [
        ("project.amended", "2024-05-01", {"amendment": 1, "value_idr": 900, "end_on": "2024-08-31"}),
        ("project.amended", "2024-06-01", {"amendment": 2, "value_idr": 900, "end_on": "2024-10-31"}),
    ]
    assert [name.rpartition("/amended/")[2] for _, name, _, _ in found] == ["1", "2"]


@pytest.mark.parametrize("order", list(itertools.permutations([BASE, AMENDED, EXTENDED, TERMINATED])))
def test_the_order_in_the_file_changes_nothing(tmp_path: Path, order: tuple[Json, ...]) -> None:
    assert told(tmp_path, *order) == told(tmp_path, BASE, AMENDED, EXTENDED, TERMINATED)


def test_a_later_import_says_the_same_of_what_was_known_before(tmp_path: Path) -> None:
    gateway = Remembering()
    first = imported(iter(read(tmp_path, BASE, AMENDED)), gateway)
    second = imported(iter(read(tmp_path, BASE, AMENDED, EXTENDED)), gateway)

    assert (first.events, first.sent.duplicates) == (2, 0)
    assert (second.events, second.sent.duplicates) == (3, 1)


def test_corrected_terms_of_an_amendment_are_told_again(tmp_path: Path) -> None:
    correction = release("r3", "2024-06-01", **contract(value=idr(950)))
    found = without_award(told(tmp_path, BASE, AMENDED, correction))

    assert [(data["amendment"], data["value_idr"]) for _, _, _, data in found] == [(1, 900), (1, 950)]


def test_a_tag_counts_as_an_amendment_when_none_is_listed(tmp_path: Path) -> None:
    tagged = release("r2", "2024-05-01", tag=["contractAmendment"], **contract(value=idr(900)))
    ((kind, _, _, data),) = without_award(told(tmp_path, BASE, tagged))

    assert (kind, data["amendment"], data["value_idr"]) == ("project.amended", 1, 900)


def test_an_amendment_without_an_id_is_not_counted_twice(tmp_path: Path) -> None:
    again = [AMENDED | {"id": name, "date": f"2024-0{n}-01T00:00:00Z"} for n, name in ((5, "a"), (6, "b"))]
    again = copy.deepcopy(again)
    for one in again:
        one["contracts"][0]["amendments"] = [{"date": "2024-04-30T00:00:00Z", "rationale": "x"}]

    assert [data["amendment"] for _, _, _, data in without_award(told(tmp_path, BASE, *again))] == [1]


@pytest.mark.parametrize("order", list(itertools.permutations([BASE, LOST])))
def test_a_cancelled_award_cancels_the_project_whichever_comes_first(
    tmp_path: Path, order: tuple[Json, ...]
) -> None:
    award, cancelled = told(tmp_path, *order)

    assert award[:3] == ("project.awarded", "0001-award", "2024-03-04")
    assert cancelled == ("project.cancelled", "r5/cancelled", "2024-05-02", {"cancelled_on": "2024-05-02"})


def test_a_cancellation_alone_is_told_as_its_award_may_have_been(tmp_path: Path) -> None:
    assert told(tmp_path, LOST) == [
        ("project.cancelled", "r5/cancelled", "2024-05-02", {"cancelled_on": "2024-05-02"})
    ]


def test_what_is_said_after_a_cancellation_does_not_tell_it_again(tmp_path: Path) -> None:
    later = release("r6", "2024-06-01", tender={"title": "Judul baru"})

    assert without_award(told(tmp_path, BASE, LOST, later)) == without_award(told(tmp_path, BASE, LOST))


def test_a_contract_cancelled_before_it_was_signed_cancels_the_project(tmp_path: Path) -> None:
    unsigned = release("r2", "2024-03-20", **contract(status="cancelled"))

    assert [event[0] for event in told(tmp_path, BASE, unsigned)] == ["project.awarded", "project.cancelled"]


def test_another_award_in_force_is_no_cancellation(tmp_path: Path) -> None:
    other = LOST | {"awards": [*LOST["awards"], AWARD | {"id": "502"}]}
    pending = LOST | {"awards": [*LOST["awards"], {"id": "502", "status": "pending"}]}

    assert [event[0] for event in told(tmp_path, BASE, other)] == ["project.awarded"]
    assert [event[0] for event in told(tmp_path, BASE, pending)] == ["project.awarded", "project.cancelled"]


def test_awarded_again_takes_the_cancellation_back(tmp_path: Path) -> None:
    again = release("r6", "2024-06-01", awards=[AWARD | {"id": "502"}])
    award, cancelled, retracted = told(tmp_path, BASE, LOST, again)

    assert (award[0], award[2]) == ("project.awarded", "2024-06-01")
    assert cancelled[:2] == ("project.cancelled", "r5/cancelled")
    assert retracted[0] == "fact.retracted"
    assert retracted[3] == {
        "source": "urn:ocds:ocds-synth1",
        "id": f"{OCID}/r5/cancelled",
        "reason": "awarded again",
    }


@pytest.mark.parametrize(
    ("said", "parts", "completed_on"),
    [
        ("2024-11-05", {}, "2024-08-31"),
        ("2024-06-05", {}, "2024-06-05"),
        ("2024-11-05", {"implementation": {"endDate": "2024-09-15T00:00:00Z"}}, "2024-09-15"),
        ("2024-11-05", {"period": {"endDate": None}}, "2024-11-05"),
    ],
)
def test_a_terminated_contract_is_the_end_of_the_project(
    tmp_path: Path, said: str, parts: Json, completed_on: str
) -> None:
    ended = release("r4", said, **contract(status="terminated", **parts))
    ((kind, name, day, data),) = without_award(told(tmp_path, BASE, ended))

    assert (kind, day, data) == ("project.completed", said, {"completed_on": completed_on})
    assert name.startswith("r4+")
    assert name.endswith("/completed")


def test_the_end_stays_where_it_was_first_said(tmp_path: Path) -> None:
    early = release("r4", "2024-06-05", **contract(status="terminated"))
    later = release("r5", "2024-07-01", tender={"title": "Judul baru"})
    ((_, _, day, data),) = without_award(told(tmp_path, BASE, early, later))

    assert (day, data) == ("2024-07-01", {"completed_on": "2024-06-05"})


@pytest.mark.parametrize(
    "more",
    [
        {"contracts": [CONTRACT | {"status": "terminated"}, CONTRACT | {"id": "2"}]},
        {"contracts": [CONTRACT | {"status": "terminated"}], "awards": [AWARD, AWARD | {"id": "2"}]},
    ],
)
def test_one_contract_terminated_of_several_is_not_the_end(tmp_path: Path, more: Json) -> None:
    assert without_award(told(tmp_path, BASE | more)) == []


def paid(**parts: Any) -> Json:
    payment = {"id": "sp2d-1", "date": "2024-06-10T00:00:00Z", "value": idr(200), "payee": {"id": "NPWP-A"}}
    return release("r2", "2024-07-01", **contract(implementation={"transactions": [payment | parts]}))


def test_a_payment_is_named_and_dated_by_itself(tmp_path: Path) -> None:
    payment = ("project.paid", "paid/9001/sp2d-1", "2024-06-10", {"paid_on": "2024-06-10", "amount_idr": 200})

    assert without_award(told(tmp_path, BASE, paid())) == [payment]
    again = paid() | {"id": "r3", "date": "2024-08-01T00:00:00Z"}
    assert without_award(told(tmp_path, BASE, paid(), again)) == [payment]


def test_payments_are_told_without_their_award(tmp_path: Path) -> None:
    (outcome,) = read(tmp_path, paid())

    assert isinstance(outcome, Mapped)
    assert [event["type"] for event in outcome.events] == ["id.patuh.project.paid.v1"]
    assert outcome.defects == ("contracts without their award",)


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"id": None}, "dropped payment: no id, or one that may be a person's number"),
        ({"id": "9932710101900001"}, "dropped payment: no id, or one that may be a person's number"),
        ({"date": "0000-00-00"}, "dropped payment: no date"),
        ({"value": idr(5, "USD")}, "dropped payment: no amount"),
        ({"value": idr(-5)}, "dropped payment: no amount"),
        ({"payee": {"id": "1.03.01"}}, "dropped payment: not to a supplier of the award"),
    ],
)
def test_what_is_no_payment_to_a_supplier_is_dropped_and_counted(
    tmp_path: Path, parts: Json, kind: str
) -> None:
    _, outcome = read(tmp_path, BASE, paid(**parts))

    assert isinstance(outcome, Mapped)
    assert len(outcome.events) == 1
    assert kind in outcome.defects
    assert "9932710101900001" not in str(outcome)


def test_an_award_that_cannot_be_used_costs_its_followers_too(tmp_path: Path) -> None:
    nobody = {**BASE, "parties": [], "awards": [AWARD | {"suppliers": [{"name": "Tanpa Nomor"}]}]}
    outcomes = read(tmp_path, nobody, AMENDED, paid() | {"id": "r9"})

    assert [type(one) for one in outcomes] == [Skipped, Skipped, Rejected]
