"""Value, dates and time of what was awarded, with the defects real publishers have."""

from typing import Any

import pytest

from patuh.importing.outcomes import Mapped
from tests.unit.fixtures.ocds.examples import BASE, Json, changed, data, defects, read


def with_contracts(*changes: Json) -> Json:
    base = BASE["contracts"][0]
    return changed("contracts", [base | {"id": n} | change for n, change in enumerate(changes)])


def idr(amount: Any, currency: str | None = "IDR") -> Json:
    return {"value": {"amount": amount, "currency": currency}}


def test_the_contract_value_stands_before_that_of_the_award() -> None:
    assert data(read(with_contracts(idr(5), idr(7))))["value_idr"] == 12
    assert data(read(with_contracts(idr(5), idr(7) | {"status": "cancelled"})))["value_idr"] == 5
    assert data(read(with_contracts(idr(0))))["value_idr"] == 900_000_000
    assert data(read(with_contracts(idr(5), {"value": None})))["value_idr"] == 900_000_000


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (idr(0), "award value of zero, taken as unknown"),
        (idr(5, "USD"), "award value in another currency"),
        (idr(5, None), "award value without a currency"),
        (idr(-5), "award value out of range"),
        (idr(10**16), "award value out of range"),
        (idr("NaN"), "award value out of range"),
        (idr(None), "award value missing"),
    ],
)
def test_a_value_that_cannot_be_is_unknown(value: Json, kind: str) -> None:
    release = changed("contracts", [])
    release["awards"][0] |= value
    outcome = read(release)

    assert "value_idr" not in data(outcome)
    assert defects(outcome) == (kind,)


def test_several_awards_add_up_unless_one_is_unknown() -> None:
    first = BASE["awards"][0]
    release = changed("contracts", [])
    release["awards"] = [first | idr(10), first | {"id": 2} | idr(20)]
    assert data(read(release))["value_idr"] == 30

    release["awards"].append(first | {"id": 3} | idr(0))
    outcome = read(release)
    assert "value_idr" not in data(outcome)
    assert "value of one of several awards unknown, so the whole is" in defects(outcome)


@pytest.mark.parametrize(
    ("period", "signed", "dates", "kinds"),
    [
        (
            ("2024-05-01", "2024-04-01"),
            "2024-03-04",
            (None, None, "2024-03-04"),
            ["contract ends before it starts"],
        ),
        (
            ("-0001-11-30T00:00:00+00:00", None),
            "0000-00-00 00:00:00",
            (None, None, None),
            ["zero date in contract dateSigned", "zero date in contract period"],
        ),
        (
            ("1970-01-01T00:00:00Z", "2024-04-01"),
            "segera",
            (None, "2024-04-01", None),
            ["unreadable date in contract dateSigned", "impossible date in contract period"],
        ),
        # The date as written: 23:59:59Z is no other day in Jakarta.
        (
            ("2024-04-01T23:59:59Z", "2024-04-01T00:00:00.000000Z"),
            "2024-03-04 15:00:00",
            ("2024-04-01", "2024-04-01", "2024-03-04"),
            [],
        ),
    ],
)
def test_dates_of_the_contract(
    period: tuple[str | None, str | None],
    signed: str,
    dates: tuple[str | None, str | None, str | None],
    kinds: list[str],
) -> None:
    span = {"startDate": period[0], "endDate": period[1]}
    outcome = read(with_contracts({"period": span, "dateSigned": signed}))

    assert tuple(data(outcome).get(name) for name in ("start_on", "end_on", "contract_on")) == dates
    assert defects(outcome) == tuple(kinds)


def test_terms_span_all_contracts_of_the_award_and_no_other() -> None:
    later = {"dateSigned": "2024-06-01", "period": {"startDate": "2024-06-01", "endDate": "2024-12-31"}}
    outcome = read(with_contracts({}, later, later | {"awardID": "another", "dateSigned": "2020-01-01"}))

    assert data(outcome)["contract_on"] == "2024-03-04"
    assert data(outcome)["end_on"] == "2024-12-31"
    assert defects(outcome) == ("contract of an award that is not there",)


@pytest.mark.parametrize(
    ("date", "time", "kinds"),
    [
        ("2024-03-04T09:00:00Z", "2024-03-04T09:00:00+00:00", ()),
        ("2024-03-04T09:00:00", "2024-03-04T09:00:00+07:00", ("release date without a time zone",)),
        ("-0001-11-30T00:00:00+00:00", "2024-03-01T00:00:00+00:00", ("zero date in release date",)),
        (None, "2024-03-01T00:00:00+00:00", ()),
    ],
)
def test_the_time_is_when_the_publisher_said_so(date: str | None, time: str, kinds: tuple[str, ...]) -> None:
    outcome = read(changed("date", date))

    assert isinstance(outcome, Mapped)
    assert outcome.events[0]["time"] == time
    assert outcome.defects == kinds
