"""`patuh law` as a user runs it."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from patuh.cli.app import app


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["law", *arguments], env={"COLUMNS": "160"})


def told(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_show_tells_what_is_in_force_with_article_and_confidence() -> None:
    found = {parameter["name"]: parameter for parameter in told("show", "--on", "2025-02-28")}
    assert found["jp.wage-cap"]["value"] == 10_042_300
    assert found["jp.wage-cap"]["valid_to"] == "2025-02-28"
    assert found["project.registration-working-days"] == {
        "name": "project.registration-working-days",
        "value": 14,
        "valid_from": "2015-07-01",
        "article": "Permenaker 44/2015 art. 3(3)",
        "source": "article text; that Permenaker 5/2021 kept it is to be verified",
        "confidence": "medium",
        "valid_to": None,
        "optional": False,
        "note": None,
    }


def test_what_has_ended_or_not_begun_is_not_shown() -> None:
    names = {parameter["name"] for parameter in told("show", "--on", "2027-04-01")}
    assert not names & {"jp.wage-cap", "wage.minimum", "discount.bpu-transport"}
    assert told("show", "--on", "2015-06-30") == []


def test_diff_tells_what_changed_between_two_days() -> None:
    changes = {change["name"]: change for change in told("diff", "2025-02-28", "2025-03-01")}
    assert changes == {
        "jp.wage-cap": {
            "name": "jp.wage-cap",
            "old": 10_042_300,
            "new": 10_547_400,
            "article": "PP 45/2015 art. 29",
            "confidence": "medium",
        }
    }


def test_diff_tells_what_begins_what_ends_and_what_only_moved_to_another_article() -> None:
    begun = {change["name"]: change for change in told("diff", "2025-01-31", "2025-02-01")}
    ended = {change["name"]: change for change in told("diff", "2026-01-31", "2026-02-01")}
    moved = {change["name"]: change for change in told("diff", "2025-07-31", "2025-08-01")}
    name = "discount.jkk-labour-intensive"
    assert begun.keys() == ended.keys() == moved.keys() == {name}
    assert begun[name]["old"] is None
    assert ended[name]["new"] is None
    assert ended[name]["article"] == moved[name]["article"] == "PP 36/2025"


def test_a_day_differs_in_nothing_from_itself() -> None:
    assert told("diff", "2025-06-02", "2025-06-02") == []


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("show", "--on", "2025-06-02"), ["jp.wage-cap", "10,547,400", "to 2026-02-28", "(medium)"]),
        (("diff", "2025-12-31", "2026-01-01"), ["32.72: 3,018,634", "32.72: 3,192,807", "parameters differ"]),
        (("diff", "2025-01-31", "2025-02-01"), ["textile-garment", "PP 7/2025 art. 4", "(confirmed)"]),
    ],
)
def test_the_tables_can_be_read(arguments: tuple[str, ...], parts: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    for part in parts:
        assert part in result.output


def test_a_table_of_a_change_shows_only_what_differs() -> None:
    output = run("diff", "2025-02-06", "2025-02-07").output
    assert "from-jkm: 10" in output
    assert "government" not in output


@pytest.mark.parametrize("arguments", [("show", "--on", "soon"), ("diff", "2025-06-02", "2025-02-30")])
def test_a_day_that_is_none_is_refused(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "no such date" in " ".join(result.output.split())
