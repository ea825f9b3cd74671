"""What cells may say: money, counts, dates, months, codes; nothing crashes on any of them."""

import random
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from patuh.importing.outcomes import Mapped, Rejected, Skipped
from patuh.importing.registers import read
from patuh.importing.registers.cells import Unreadable
from patuh.importing.registers.days import read_date, read_month
from patuh.importing.registers.kinds import Field, FieldType, kinds
from patuh.importing.registers.values import value_of
from shared.events import BadEvent
from tests.unit.listing import NIK, about, screened

FIELDS = {(k.name, f.name): f for k in kinds().values() for f in k.fields}
WAGE, HEADS = FIELDS["sipp", "wage_idr"], FIELDS["employers", "headcount"]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2025-06-30", date(2025, 6, 30)),
        ("2025-06-30T00:00:00.000Z", date(2025, 6, 30)),
        ("30/06/2025", date(2025, 6, 30)),
        ("3-4-2025", date(2025, 4, 3)),
        ("30.06.2025 00:00:00", date(2025, 6, 30)),
        ("30 Juni 2025", date(2025, 6, 30)),
        ("1 Agustus 2025", date(2025, 8, 1)),
        ("1-Okt-2025", date(2025, 10, 1)),
        ("Senin, 30 Juni 2025", date(2025, 6, 30)),
        ("Jun 30, 2025", date(2025, 6, 30)),
        (45838, date(2025, 6, 30)),
        (45838.0, date(2025, 6, 30)),
        ("45838", date(2025, 6, 30)),
        (datetime(2025, 6, 30, 23, 59), date(2025, 6, 30)),
    ],
)
def test_a_date_is_read_in_the_ways_it_is_written(cell: Any, day: date) -> None:
    assert read_date(cell) == day


def test_the_order_of_day_and_month_is_told_by_the_mapping() -> None:
    assert read_date("03/04/2025", "MDY") == date(2025, 3, 4)


@pytest.mark.parametrize(
    "cell",
    [
        "30/13/2025",
        "31/06/2025",
        "0000-00-00",
        "30/06/25",
        "kemarin",
        "Juni 2025",
        "12",
        3.5,
        "9999-12-31",
        NIK,
    ],
)
def test_what_is_no_whole_date_is_refused(cell: Any) -> None:
    with pytest.raises(Unreadable):
        read_date(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2025-06",
        "06-2025",
        "062025",
        62025,
        "202506",
        202506,
        "6/2025",
        "Juni 2025",
        "jun-2025",
        "17/06/2025",
    ],
)
def test_a_month_is_read_in_the_ways_it_is_written(cell: Any) -> None:
    assert read_month(cell) == date(2025, 6, 1)


@pytest.mark.parametrize("cell", ["132025", "2025-13", "Juni", "25-06", "06", "0"])
def test_what_is_no_month_is_refused(cell: Any) -> None:
    with pytest.raises(Unreadable):
        read_month(cell)


@pytest.mark.parametrize(
    ("cell", "rupiah"),
    [
        (3500000, 3_500_000),
        (3500000.0, 3_500_000),
        ("3500000", 3_500_000),
        ("Rp 3.500.000,00", 3_500_000),
        ("Rp3.500.000,-", 3_500_000),
        ("3,500,000.00", 3_500_000),
        ("IDR 3,500,000", 3_500_000),
        ("3 500 000", 3_500_000),
        ("3500000,00", 3_500_000),
        ("3.500", 3_500),
        ("0", 0),
        ("-", None),
        ("", None),
        (None, None),
    ],
)
def test_rupiah_are_read_in_the_ways_they_are_written(cell: Any, rupiah: int | None) -> None:
    assert value_of(cell, WAGE, "DMY") == rupiah


@pytest.mark.parametrize(
    "cell",
    [-1, "-5", "(500)", 3.5, "3,5", "3.500,50", "3.5.00", "1.000,000", "1e6", "tiga juta", "3 jt", NIK + "x"],
)
def test_what_is_no_whole_rupiah_is_refused(cell: Any) -> None:
    with pytest.raises(Unreadable) as refused:
        value_of(cell, WAGE, "DMY")
    assert NIK not in refused.value.rule


def test_head_counts_may_name_what_they_count() -> None:
    assert value_of("1.200 orang", HEADS, "DMY") == 1200


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("32.72.02", "32.72.02"),
        ("327202", "32.72.02"),
        (327202, "32.72.02"),
        (32.72, "32.72"),
        (32.2, "32.20"),
        ("3272021001", "32.72.02.1001"),
        (32, "32"),
    ],
)
def test_a_region_is_read_with_and_without_dots(cell: Any, code: str) -> None:
    assert value_of(cell, FIELDS["p2rw", "region"], "DMY") == code


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("JKK, JKM, JHT", ["jkk", "jkm", "jht"]),
        ("JP+JHT+JK/JKK", ["jkk", "jkm", "jht", "jp"]),
        ("jkp", ["jkp"]),
    ],
)
def test_programmes_are_read_in_one_order(cell: str, found: list[str]) -> None:
    assert value_of(cell, FIELDS["sipp", "programmes"], "DMY") == found


CELLS = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1901, 1, 1)),
    st.datetimes(datetime(1901, 1, 1)),
    st.booleans(),
    st.sampled_from([NIK, "ZZ000017", "2025-06", "JKK", "ya", "31/01/2026", "0012345674405000", "3.500.000"]),
)


def _refusal(cell: Any, field: Field) -> str | None:
    try:
        value_of(cell, field, "DMY")
    except Unreadable as error:
        return error.rule
    return None


@given(CELLS)
def test_any_cell_of_any_type_is_read_or_refused_with_a_rule_that_does_not_repeat_it(cell: Any) -> None:
    seen: set[FieldType] = set()
    for field in FIELDS.values():
        if field.type in seen:
            continue
        seen.add(field.type)
        rule = _refusal(cell, field)
        assert rule is None or (rule and NIK not in rule)


def _sound(path: Path, kind: str) -> None:
    for outcome in read([path], about(kind, as_of=date(2025, 6, 1), previous=path)):
        assert isinstance(outcome, Mapped | Skipped | Rejected)
        if isinstance(outcome, Rejected):
            assert outcome.rule
            assert NIK not in repr(outcome)
        elif isinstance(outcome, Mapped):
            for event in outcome.events:
                try:
                    screened(event)
                except BadEvent as error:
                    raise AssertionError(f"the gateway refuses what was read: {error}") from error


@pytest.mark.parametrize("name", sorted(kinds()))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_cells_in_a_list_give_outcomes_that_the_gateway_takes(
    name: str, data: st.DataObject, tmp_path: Path
) -> None:
    kind = kinds()[name]
    book = Workbook()
    assert book.active is not None
    book.active.append([f.label for f in kind.fields])
    for _ in range(3):
        book.active.append([data.draw(st.one_of(st.just(f.example), CELLS)) for f in kind.fields])
    book.save(tmp_path / "a.xlsx")
    _sound(tmp_path / "a.xlsx", name)


@given(content=st.binary(max_size=400), headed=st.booleans(), name=st.sampled_from(sorted(kinds())))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_give_outcomes_and_never_a_crash(
    content: bytes, headed: bool, name: str, tmp_path: Path
) -> None:
    head = ";".join(f.label for f in kinds()[name].fields).encode() + b"\n"
    path = tmp_path / "a.csv"
    path.write_bytes((head if headed else b"") + content)
    _sound(path, name)


@pytest.mark.parametrize("seed", range(40))
def test_an_xlsx_with_bytes_changed_gives_outcomes_and_never_a_crash(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = Workbook()
    assert book.active is not None
    book.active.append([f.label for f in kinds()["sipp"].fields])
    book.active.append([f.example for f in kinds()["sipp"].fields])
    book.save(path)
    rng, content = random.Random(seed), bytearray(path.read_bytes())
    for _ in range(rng.randint(1, 30)):
        content[rng.randrange(4, len(content))] = rng.randrange(256)
    path.write_bytes(bytes(content[: rng.randint(50, len(content))] if seed % 3 == 0 else content))
    _sound(path, "sipp")
