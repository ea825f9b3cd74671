"""`patuh contribution` as a user runs it."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from patuh.cli.app import app


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["contribution", *arguments], env={"COLUMNS": "160"})


def told(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("arguments", "jkk", "jkm", "total"),
    [
        (["--value", "700000000"], 1_150_000, 150_000, 1_300_000),
        (["--value", "777000000", "--vat"], 1_150_000, 150_000, 1_300_000),
        (["--wages", "100000000"], 1_740_000, 300_000, 2_040_000),
    ],
)
def test_a_project_by_value_or_by_wages(arguments: list[str], jkk: int, jkm: int, total: int) -> None:
    found = told("project", "--on", "2025-06-02", *arguments)
    assert (found["jkk_idr"], found["jkm_idr"], found["total_idr"]) == (jkk, jkm, total)
    assert found["article"].startswith("PP 44/2015")


def test_an_employer_by_programme_with_the_cap_of_the_month() -> None:
    asked = ("--wages", "4000000,12000000", "--programmes", "jkk,jp", "--class", "II")
    before, after = (told("employer", "--on", on, *asked) for on in ("2025-02-28", "2025-03-01"))
    assert [share["employer_idr"] for share in before] == [86_400, (4_000_000 + 10_042_300) * 2 // 100]
    assert [share["employer_idr"] for share in after] == [86_400, (4_000_000 + 10_547_400) * 2 // 100]


def test_own_account_and_a_discount_only_for_whom_it_is_known() -> None:
    asked = ("own-account", "--on", "2026-02-01", "--income", "1000000", "--sector", "transport")
    assert [share["worker_idr"] for share in told(*asked)] == [10_000, 6_800]
    assert [share["worker_idr"] for share in told(*asked, "--paid-by", "self")] == [5_000, 3_400]
    assert [share["worker_idr"] for share in told(*asked, "--paid-by", "apbd")] == [10_000, 6_800]


def test_for_people_it_is_a_table_with_a_total() -> None:
    result = run("employer", "--on", "2025-06-01", "--wages", "4000000")
    assert result.exit_code == 0
    assert "PP 46/2015 art. 16" in result.stdout
    assert "total 249,600" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["project", "--on", "2025-06-02"], "give either --value or --wages"),
        (["employer", "--on", "2025-06-01", "--wages", "many"], "--wages: whole rupiah"),
        (["employer", "--on", "2025-06-01", "--wages", "1", "--class", "VI"], "--class: one of I, II"),
        (["employer", "--on", "2025-06-01", "--wages", "1", "--programmes", "jkn"], "no such programme: jkn"),
        (
            ["own-account", "--on", "2025-06-01", "--income", "1", "--programmes", "jp"],
            "own-account workers have no jp",
        ),
        (
            ["employer", "--on", "2027-03-01", "--wages", "1", "--programmes", "jp"],
            "jp.wage-cap has no value",
        ),
    ],
)
def test_what_cannot_be_reckoned_says_why(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert said in result.stderr
