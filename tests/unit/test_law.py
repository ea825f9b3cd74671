"""The law as data: what loads, what is refused, and what is in force on a day."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from shared.law import LAW as FOLDER
from shared.law import Law, load
from tests.unit.building import LAW, day

NAMES = LAW.names
PARAMETER = """
- name: {name}
  value: {value}
  valid_from: {valid_from}
  article: art. 1
  source: text
  confidence: {confidence}
"""
RULE = """
some.rule:
  version: 1
  law: [art. 1]
  valid_from: {valid_from}
  parameters: [{parameters}]
  title: {{id: Judul, en: Title}}
  reason: {{id: Sebab, en: Reason}}
  remedy: {{id: Tindakan, en: Remedy}}
"""


def row(
    value: object = 14,
    valid_from: str = "2015-07-01",
    confidence: str = "confirmed",
    more: str = "",
    name: str = "some.deadline",
) -> str:
    filled = PARAMETER.format(name=name, value=value, valid_from=valid_from, confidence=confidence)
    return filled + more


def until(valid_to: str, optional: bool = False) -> str:
    return f"  valid_to: {valid_to}\n" + ("  optional: true\n" if optional else "")


def law_in(
    folder: Path, *rows: str, parameters: str = "some.deadline", valid_from: str = "2015-07-01"
) -> Law:
    (folder / "parameters.yaml").write_text("".join(rows))
    (folder / "rules.yaml").write_text(RULE.format(parameters=parameters, valid_from=valid_from))
    return load(folder)


def test_every_parameter_names_its_article_and_source() -> None:
    for parameter in LAW.parameters:
        assert parameter.article
        assert parameter.source
        assert parameter.evidence().article == parameter.article


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_has_no_value_before_its_first_day(name: str) -> None:
    first = min(p.valid_from for p in LAW.parameters if p.name == name)
    assert LAW.parameter(name, first).name == name
    assert LAW.find(name, first - timedelta(days=1)) is None
    with pytest.raises(LookupError, match=name):
        LAW.parameter(name, first - timedelta(days=1))


@pytest.mark.parametrize("name", NAMES)
def test_from_its_first_row_on_a_parameter_has_a_value_unless_it_is_optional(name: str) -> None:
    rows = LAW.rows(name)
    if not any(row.optional for row in rows):
        for change in LAW.changes():
            assert (LAW.find(name, change) is not None) == (change >= rows[0].valid_from)


@pytest.mark.parametrize("code", sorted(LAW.rules))
def test_a_rule_has_its_parameters_on_every_day(code: str) -> None:
    rule = LAW.rules[code]
    for name in rule.parameters:
        optional = any(row.optional for row in LAW.rows(name))
        assert optional or all(LAW.find(name, on) for on in [rule.valid_from, *LAW.changes()])


def test_from_the_first_day_of_the_law_every_rule_counts() -> None:
    assert all(rule.valid_from <= LAW.first_day for rule in LAW.rules.values())


@pytest.mark.parametrize("file", sorted(FOLDER.glob("parameters/*.yaml")), ids=lambda path: path.stem)
def test_every_file_is_short_and_says_what_it_is(file: Path) -> None:
    lines = file.read_text().splitlines()
    assert lines[0].startswith("# ")
    assert len(lines) < 250


def test_a_change_of_law_counts_from_its_day(tmp_path: Path) -> None:
    law = law_in(tmp_path, row(10, "2026-01-01"), row(14))
    values = [
        law.parameter("some.deadline", date(2025, 12, 31)),
        law.parameter("some.deadline", date(2026, 1, 1)),
    ]
    assert [p.value for p in values] == [14, 10]
    assert law.first_day == date(2015, 7, 1)
    assert law.changes(["some.deadline"]) == law.changes() == [date(2015, 7, 1), date(2026, 1, 1)]
    assert law.changes(["another"]) == law.rows("another") == []


def test_a_temporary_value_counts_to_its_last_day(tmp_path: Path) -> None:
    law = law_in(tmp_path, row(14, more=until("2025-12-31", optional=True)))
    assert law.find("some.deadline", date(2025, 12, 31))
    assert law.find("some.deadline", date(2026, 1, 1)) is None
    assert law.changes() == [date(2015, 7, 1), date(2026, 1, 1)]


def test_a_value_may_end_where_the_next_begins(tmp_path: Path) -> None:
    law = law_in(tmp_path, row(14, more=until("2025-12-31")), row(10, "2026-01-01"))
    assert law.parameter("some.deadline", date(2026, 1, 1)).value == 10


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([row(14), row(10)], r"some\.deadline has two values from 2015-07-01"),
        (
            [row(14, more=until("2026-01-01")), row(10, "2026-01-01")],
            r"some\.deadline has two values on 2026-01-01",
        ),
        (
            [row(14, more=until("2025-12-30")), row(10, "2026-01-01")],
            r"some\.deadline has no value on 2025-12-31",
        ),
        ([row(14, more=until("2025-12-31"))], r"some\.deadline has no value on 2026-01-01"),
        ([row(14, more=until("2015-06-30"))], r"some\.deadline ends on 2015-06-30, before it begins"),
        (
            [row(14, "2016-01-01")],
            r"some\.rule needs some\.deadline, which has no value on 2015-07-01",
        ),
        (
            [row(14, name="another")],
            r"some\.rule needs some\.deadline, which has no value on any day",
        ),
    ],
    ids=["twice", "overlap", "gap", "no end", "backwards", "too late for the rule", "no such parameter"],
)
def test_overlaps_and_gaps_are_refused(tmp_path: Path, rows: list[str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        law_in(tmp_path, *rows)


def test_an_optional_parameter_may_have_gaps_and_begin_after_the_rule(tmp_path: Path) -> None:
    years = [row(1, "2024-01-01", more=until("2024-12-31", True)), row(2, "2026-01-01")]
    law = law_in(tmp_path, *years)
    assert law.find("some.deadline", date(2025, 6, 1)) is None


def test_a_rule_of_a_later_day_needs_its_parameters_only_from_then(tmp_path: Path) -> None:
    law = law_in(tmp_path, row(14, "2020-01-01"), valid_from="2020-01-01")
    assert law.first_day == date(2020, 1, 1)


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        (row(confidence="sure"), "confidence"),
        (row(valid_from="soon"), "valid_from"),
        (row(more="  remark: none\n"), "remark"),
    ],
)
def test_a_broken_row_is_refused_with_its_field(tmp_path: Path, broken: str, field: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=field):
        law_in(tmp_path, broken)


def test_a_rule_without_a_text_in_one_language_is_refused(tmp_path: Path) -> None:
    rules = RULE.format(parameters="some.deadline", valid_from="2015-07-01")
    (tmp_path / "parameters.yaml").write_text(row())
    (tmp_path / "rules.yaml").write_text(rules.replace(", en: Title", ""))
    with pytest.raises(msgspec.ValidationError, match="en"):
        load(tmp_path)


def test_a_folder_without_parameters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no parameters"):
        load(tmp_path)


def test_a_folder_of_parameters_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "more.yaml").write_text(row(name="another"))
    assert law_in(tmp_path, row()).names == ["another", "some.deadline"]


def test_a_folder_over_another_replaces_and_adds_rows(tmp_path: Path) -> None:
    name = "project.registration-working-days"
    (tmp_path / "parameters.yaml").write_text(row(21, name=name) + row(7, "2026-01-01", name=name))
    law = load(tmp_path, base=FOLDER)
    assert [row.value for row in law.rows(name)] == [21, 7]
    assert [row for row in law.parameters if row.name != name] == [
        row for row in LAW.parameters if row.name != name
    ]
    assert law.rules == LAW.rules


def test_a_folder_over_another_may_replace_a_rule(tmp_path: Path) -> None:
    (tmp_path / "parameters.yaml").write_text(row())
    (tmp_path / "rules.yaml").write_text(RULE.format(parameters="some.deadline", valid_from="2015-07-01"))
    assert load(tmp_path, base=FOLDER).rules.keys() == LAW.rules.keys() | {"some.rule"}


@pytest.mark.parametrize(
    ("region", "on", "amount"),
    [
        ("32.72", "2025-06-02", 3_018_634),
        ("32.72.01.1001", "2024-12-31", 2_834_399),
        ("32.72", "2026-01-01", 3_192_807),
        ("32.02", "2025-01-01", 3_604_482),
        ("32", "2025-06-02", None),
        ("31.71", "2025-06-02", None),
        ("32.72", "2027-01-01", None),
        ("32.72", "2023-12-31", None),
        (None, "2025-06-02", None),
    ],
)
def test_the_minimum_wage_is_that_of_the_very_regency(
    region: str | None, on: str, amount: int | None
) -> None:
    found = LAW.minimum_wage(region, day(on))
    assert (found.value if found else None) == amount
