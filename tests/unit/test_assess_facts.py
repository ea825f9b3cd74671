"""From files to facts that stand, and from facts to findings, as `patuh assess` does it."""

import json
from pathlib import Path

import pytest

from patuh.assessing import as_line, facts_in, findings_on
from patuh.cloudevents_files import Member, members
from shared.events import BadEvent, Event, types
from shared.events import data as d
from tests.unit.building import (
    FIRM,
    LAW,
    NIB,
    PROJECT,
    award,
    day,
    decided,
    enrolled,
    fact,
    lines,
    registered,
    sent,
    unregistered,
    updated,
    worker,
)

MEMBER = registered("2025-01-06", workforce=2, member_since="2025-01-06")
FACTS = [sent(MEMBER), sent(enrolled(1, "2025-01-06"))]
NIK = "9901014101900001"


def read(folder: Path, *contents: str) -> tuple[list[Event], list[str]]:
    """The facts of files with these contents, and what was refused as `place field: rule`."""
    refused: list[str] = []
    paths = [folder / f"{number}.jsonl" for number, _ in enumerate(contents, 1)]
    for path, content in zip(paths, contents, strict=True):
        path.write_text(content)

    def on_reject(member: Member, error: BadEvent) -> None:
        refused.append(f"{Path(member.place).name} {error.field}: {error.rule}")

    return facts_in((m for path in paths for m in members(path)), on_reject), refused


def ids(facts: list[Event]) -> list[str]:
    return [fact.id for fact in facts]


def test_a_duplicate_has_no_effect_and_a_conflict_is_refused(tmp_path: Path) -> None:
    other = sent(MEMBER)
    other["data"]["workforce"] = 99
    facts, refused = read(tmp_path, lines(FACTS[0], FACTS[0], other))
    assert [fact.data for fact in facts] == [MEMBER.data]
    assert refused == ["1.jsonl:3 id: conflict: the same source and id said something else before"]


def retraction(of: Event) -> Event:
    data = d.FactRetracted(source=of.source, id=of.id, reason="typing error")
    return fact(types.FACT_RETRACTED, of.subject, data, "2025-03-03", source=of.source)


@pytest.mark.parametrize("order", [1, -1])
def test_a_retracted_fact_was_never_said_whichever_came_first(order: int, tmp_path: Path) -> None:
    wrong = updated("2025-02-03", workforce=50)
    told = [sent(wrong), sent(retraction(wrong))][::order]
    facts, refused = read(tmp_path, lines(FACTS[0], *told))
    assert (ids(facts), refused) == ([MEMBER.id], [])


def test_facts_of_several_files_are_one_and_what_was_announced_is_passed_over(tmp_path: Path) -> None:
    snapshot = fact(types.COVERAGE_CHANGED, FIRM, d.CoverageChanged(version=9), "2025-03-03", source="urn:x")
    facts, refused = read(tmp_path, lines(FACTS[0], sent(snapshot)), json.dumps(FACTS[1:]))
    assert (len(facts), refused) == (2, [])


def test_a_nik_and_a_reference_are_taken_and_the_nik_goes_no_further(tmp_path: Path) -> None:
    by_nik = sent(enrolled(1, "2025-01-06"), id="nik", subject=f"worker:{NIK}")
    told = lines(FACTS[0], by_nik, by_nik | {"id": "again"}, FACTS[1])
    facts, refused = read(tmp_path, told)
    assert refused == []
    assert NIK not in str(facts)
    subjects = [fact.subject for fact in facts[1:]]
    assert subjects[0] == subjects[1] != subjects[2] == worker(1)
    found = findings_on(facts, LAW, day("2025-01-06"))
    assert decided(found) == set()  # two workers, one of them said twice
    assert "employer.workers-missing" not in {one.code for one in found}


def test_findings_are_told_by_subject_and_code_of_employers_offices_projects_and_feeds() -> None:
    facts = [
        award("2025-03-20", contract_on="2025-03-20"),
        registered("2025-01-06", workforce=2, obliged_since="2025-01-06"),
        registered("2025-01-06", "agency:63421", name="Dinas", workforce=2, obliged_since="2025-01-06"),
        enrolled(1, "2025-01-06", employer=NIB),
    ]
    told = findings_on(facts, LAW, day("2025-06-02"))
    assert [(one.subject, one.code) for one in told if not one.undecided] == [
        ("agency:63421", "agency.non-asn-missing"),
        (FIRM, "employer.not-registered"),
        (PROJECT, "project.contractor-flagged"),
        (PROJECT, "project.not-registered"),
    ]
    assert [(one.subject, one.code) for one in told if one.undecided] == [
        (feed, "feed.silent") for feed in ("feed:urn:oss", "feed:urn:spse")
    ]


def test_a_company_known_by_its_contributions_alone_is_not_described() -> None:
    data = d.ContributionPosted(period="2025-01", amount_idr=1, workers=1, posted_on=day("2025-02-03"))
    assert (
        findings_on([fact(types.CONTRIBUTION_POSTED, FIRM, data, "2025-02-03")], LAW, day("2025-06-02")) == []
    )


def test_a_line_has_these_fields_and_no_other() -> None:
    facts = [MEMBER, enrolled(1, "2025-01-06"), unregistered(1, "2025-02-03")]
    found = next(one for one in findings_on(facts, LAW, day("2025-02-03")) if not one.undecided)
    line = as_line(found)
    assert list(line) == [
        "subject",
        "code",
        "since",
        "due",
        "workers",
        "amount_idr",
        "uncovered_working_days",
        "law",
        "evidence",
        "undecided",
    ]
    assert json.loads(json.dumps(line)) == line
