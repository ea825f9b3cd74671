"""The main job, end to end: a city goes in over HTTP, flags and alerts come out, and nobody is named."""

import json
import re
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from patuh.city import city_events, expected, write_city
from patuh.city.truth import CODES
from patuh.cli import app
from tests.e2e.city import PLAN, SampleCity

# What rests on all that was said, or on what nobody said, names no fact: its figures are the evidence.
NAMES_NO_FACT = {"employer.in-arrears", "group.cover-ending", "feed.silent"}


def test_the_open_flags_are_those_that_the_city_was_made_with(city: SampleCity) -> None:
    found = {(flag["code"], flag["subject"]) for flag in city.findings()}
    truth = {(code, subject) for code, subjects in expected(PLAN).flags.items() for subject in subjects}
    assert found == truth
    assert {code for code, _ in found} == set(CODES)


def test_every_flag_proves_itself(city: SampleCity) -> None:
    known = {(event["source"], event["id"]) for event in city_events(PLAN)}
    for flag in city.findings():
        assert flag["law"]
        # Arrears begin the day after the due day, all else is due some days after it began.
        in_arrears = flag["code"] == "employer.in-arrears"
        assert in_arrears or flag["since"] <= (flag.get("due") or flag["since"])
        assert all(
            flag[text][language] for text in ("title", "reason", "remedy") for language in ("id", "en")
        )
        assert flag["evidence"]
        named = [(e["source"], e["id"]) for e in flag["evidence"] if e.get("source")]
        assert named or flag["code"] in NAMES_NO_FACT
        assert set(named) <= known


def test_the_assessment_of_the_same_events_in_a_file_finds_the_same(city: SampleCity, tmp_path: Path) -> None:
    write_city(PLAN, tmp_path / "city.jsonl")
    result = CliRunner().invoke(
        app, ["assess", "--on", PLAN.today.isoformat(), "--json", str(tmp_path / "city.jsonl")]
    )
    assert result.exit_code == 0
    findings = [json.loads(line) for line in result.stdout.splitlines()]
    decided = {(f["subject"], f["code"]): f for f in findings if f["undecided"] is None}
    live = {(f["subject"], f["code"]): f for f in city.findings()}
    assert decided.keys() == live.keys()
    for name in ("since", "due", "workers", "amount_idr", "uncovered_working_days", "law"):
        assert {key: f[name] for key, f in decided.items()} == {key: f.get(name) for key, f in live.items()}


def test_each_case_is_told_once_by_mail_and_once_by_webhook(city: SampleCity) -> None:
    flags = city.findings()
    cases = city.rows("notifier", "SELECT status, count(*) FROM flag_case GROUP BY status")
    assert dict(tuple(row) for row in cases)["open"] == len(flags)
    mails = [
        message_from_bytes(f.read_bytes(), policy=policy.default)
        for f in (city.data / "inbox/mail").iterdir()
    ]
    hooks = [json.loads(line) for line in (city.data / "inbox/webhooks.jsonl").read_text().splitlines()]
    subjects = {flag["subject"] for flag in flags}
    for subject in subjects:
        wanted = sum(flag["subject"] == subject for flag in flags)
        told = [m for m in mails if subject in m.get_content()]
        assert len(told) >= wanted
        assert len({m["Message-ID"] for m in told}) == len(told)
    delivered = httpx.get(f"{city.running.urls['notifier']}/v1/alerts/count").json()["delivered"]
    assert delivered == len(mails) + len(hooks) >= 2 * len(flags)


def test_no_nik_is_found_beyond_the_gateway(city: SampleCity) -> None:
    niks = {event["subject"][7:] for event in city_events(PLAN) if event["subject"].startswith("worker:")}
    assert len(niks) > 1000
    for record in city.records():
        headers = b" ".join(value for _, value in record.headers)
        assert not _niks_in((record.value or b"") + b" " + (record.key or b"") + b" " + headers, niks)
    for service in ("gateway", "registry", "employer", "notifier", "console"):
        assert not _niks_in(_dump(city, service).encode(), niks), service
    inbox = [f for f in (city.data / "inbox").rglob("*") if f.is_file()]
    logs = list((city.data / "logs").iterdir())
    assert inbox
    assert logs
    for file in inbox + logs:
        assert not _niks_in(file.read_bytes(), niks), file


def _niks_in(text: bytes, niks: set[str]) -> set[str]:
    return {found.decode() for found in re.findall(rb"(?=(99[0-9]{14}))", text)} & niks


def _dump(city: SampleCity, service: str) -> str:
    tables = city.rows(service, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return "\n".join(
        str(row[0]) for (name,) in tables for row in city.rows(service, f'SELECT t::text FROM "{name}" t')
    )


def test_the_same_city_again_is_all_duplicates_and_changes_nothing(city: SampleCity) -> None:
    before = city.located.open_flags()
    tally = city.send()
    assert tally.accepted == tally.rejected == 0
    city.located.settle(120)
    assert city.located.open_flags() == before


def test_the_commands_tell_what_runs_and_what_is_open(city: SampleCity) -> None:
    run = CliRunner()
    status = json.loads(run.invoke(app, ["status", "--json", "--data", str(city.data)]).stdout)
    assert set(status["urls"]) == {"gateway", "registry", "employer", "notifier", "console"}
    for service in status["services"].values():
        assert service["healthy"]
        assert service["lag"] == 0
        assert 0 < service["rss_mb"] < 300
    flags = json.loads(run.invoke(app, ["flags", "--json", "--data", str(city.data)]).stdout)
    assert flags == city.located.open_flags()
    worst = max(flags, key=lambda flag: flag.get("workers") or 0)
    explained = json.loads(
        run.invoke(app, ["explain", worst["subject"], "--json", "--data", str(city.data)]).stdout
    )
    assert worst["code"] in {finding["code"] for finding in explained["findings"]}


def test_emit_tells_what_became_of_each_event(city: SampleCity, tmp_path: Path) -> None:
    good = next(e for e in city_events(PLAN) if e["type"].endswith("employer.registered.v1"))
    file = tmp_path / "events.jsonl"
    bad = {**good, "id": "no-such-day", "data": {**good["data"], "obliged_since": "2025-02-30"}}
    file.write_text("\n".join([json.dumps(good), json.dumps(bad), "not json"]))
    result = CliRunner().invoke(app, ["emit", str(file), "--key", city.key, "--data", str(city.data)])
    assert result.exit_code == 1
    assert "read 3 = accepted 0 + duplicates 1 + rejected 2" in result.stdout


def test_a_command_without_a_stack_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = CliRunner().invoke(app, ["flags", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "patuh up" in result.output + capsys.readouterr().err
