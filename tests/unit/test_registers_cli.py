"""`patuh template` and `patuh import list`: what is shown, confirmed, kept; nothing is sent without a yes."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from patuh.cli.lists import list_
from patuh.cli.template import template
from patuh.importing.registers.about import keep_secret, said_at
from patuh.importing.registers.columns import read_mapping
from shared.clock import JAKARTA
from tests.unit.listing import NIK, WOMAN, write_csv

app = typer.Typer()
app.command("template")(template)
app.command("list")(list_)
RUN = CliRunner()
HEAD = "Kelompok;NIK;Mulai;Berlaku Sampai"


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("PATUH_KEY", raising=False)


def listed() -> str:
    write_csv(Path("a.csv"), HEAD, f"Petani;{NIK};2025-10-01;2026-01-31", f"Petani;{WOMAN};2025-10-01;x")
    return "a.csv"


def test_a_dry_run_shows_columns_counts_and_errors_by_line_and_no_number_of_a_person() -> None:
    done = RUN.invoke(app, ["list", "vulnerable", listed(), "--dry-run"])
    assert done.exit_code == 1
    for said in (
        "read 2 = used 1 + skipped 0 + rejected 1",
        "id.patuh.worker.registered.v1: 1",
        "a.csv:3: Berlaku Sampai: a date",
        "Nothing was sent",
        "covered_until",
    ):
        assert said in done.output
    assert NIK not in done.output
    assert WOMAN not in done.output


def test_nothing_is_sent_unless_the_columns_are_confirmed() -> None:
    done = RUN.invoke(app, ["list", "vulnerable", listed(), "--key", "k"], input="n\n")
    assert done.exit_code == 1
    assert "nothing was sent" in done.output


def test_a_confirmed_mapping_is_kept_and_used() -> None:
    RUN.invoke(app, ["list", "vulnerable", listed(), "--dry-run", "--save-mapping", "m.yaml"])
    assert read_mapping(Path("m.yaml")).columns["Berlaku Sampai"] == "covered_until"
    done = RUN.invoke(app, ["list", "vulnerable", "a.csv", "--dry-run", "--mapping", "m.yaml"])
    assert "used 1" in done.output
    wrong = RUN.invoke(app, ["list", "sipp", "a.csv", "--dry-run", "--mapping", "m.yaml"])
    assert "the mapping is for vulnerable" in wrong.output


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["list", "nothing", "a.csv"], "no such kind of list"),
        (["list", "vulnerable", "a.csv"], "--key"),
        (["list", "vulnerable", "a.csv", "--previous", "b.csv", "--dry-run"], "--previous"),
        (["list", "vulnerable", "none.csv", "--dry-run"], "none.csv"),
        (["list", "vulnerable", "a.csv", "--yes", "--key", "k"], "nothing runs"),
    ],
)
def test_what_is_missing_is_said_in_one_line(given: list[str], said: str) -> None:
    listed()
    done = RUN.invoke(app, given)
    assert done.exit_code != 0
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_month_that_no_column_says_is_given() -> None:
    write_csv(Path("s.csv"), "NPP,NIK,Program", f"ZZ000017,{NIK},JKK")
    done = RUN.invoke(app, ["list", "sipp", "s.csv", "--dry-run", "--period", "2025-06"])
    assert done.exit_code == 0, done.output


def test_a_template_is_written_once_and_never_over_a_file() -> None:
    assert RUN.invoke(app, ["template", "sipp"]).exit_code == 0
    assert Path("sipp.xlsx").stat().st_size > 1000
    again = RUN.invoke(app, ["template", "sipp"])
    assert again.exit_code == 1
    assert "there already" in again.output
    assert RUN.invoke(app, ["template", "sipp", "--format", "csv", "-o", "x.csv"]).exit_code == 0


def test_a_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = keep_secret(tmp_path / "key")
    assert keep_secret(tmp_path / "key") == first
    assert len(first) == 32
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


def test_events_of_a_file_have_its_time_and_a_later_version_a_later_one(tmp_path: Path) -> None:
    path, now = write_csv(tmp_path / "a.csv", HEAD), datetime(2025, 6, 20, tzinfo=UTC)
    os.utime(path, (datetime(2025, 6, 10, tzinfo=UTC).timestamp(),) * 2)
    assert said_at([path], None, now) == datetime(2025, 6, 10, tzinfo=UTC)
    earlier = said_at([path], date(2025, 6, 1), now)
    os.utime(path, (datetime(2025, 6, 11, tzinfo=UTC).timestamp(),) * 2)
    later = said_at([path], date(2025, 6, 1), now)
    assert earlier < later
    assert {one.astimezone(JAKARTA).date() for one in (earlier, later)} == {date(2025, 6, 1)}
    os.utime(path, (datetime(2025, 7, 1, tzinfo=UTC).timestamp(),) * 2)
    assert said_at([path], None, now) == now
