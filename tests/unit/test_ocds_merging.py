"""The merge of OCDS 1.1: each of its rules on small releases of our own, and the examples it publishes."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from patuh.importing.ocds.merge_rules import RULES
from patuh.importing.ocds.merging import steps
from patuh.importing.outcomes import Unusable

SAMPLES = Path(os.environ.get("PATUH_SAMPLE_DATA", Path(__file__).parents[3] / "shared" / "data"))
STANDARD = SAMPLES / "ocds" / "standard_1.1"
needs_samples = pytest.mark.skipif(not STANDARD.is_dir(), reason="OCDS sample data not beside the project")
Json = dict[str, Any]


def merged(*releases: Json) -> Json:
    """The compiled release, as the standard names it."""
    *_, (_, look) = steps(releases, lambda kind: None)
    return look()


def release(number: int, **parts: Any) -> Json:
    return {"ocid": "o", "id": str(number), "date": f"2024-01-0{number}T00:00:00Z", "tag": ["x"]} | parts


def whole(date: str, **parts: Any) -> Json:
    return {"ocid": "o", "id": f"o-{date}", "date": date, "tag": ["compiled"]} | parts


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"title": "a", "status": "x"}, {"status": "y"}, {"title": "a", "status": "y"}),
        ({"title": "a", "status": "x"}, {"status": None}, {"title": "a"}),
        ({"value": {"amount": 1, "currency": "IDR"}}, {"value": {"amount": 2}},
         {"value": {"amount": 2, "currency": "IDR"}}),
        ({"value": {"amount": 1}}, {"value": None}, {"value": {"amount": 1}}),
        ({"value": {"amount": 1, "currency": "IDR"}}, {"value": {"amount": None, "currency": None}},
         {"value": {}}),
        ({"items": [{"id": "1", "quantity": 1}]}, {"items": [{"id": "1", "quantity": 2}, {"id": "2"}]},
         {"items": [{"id": "1", "quantity": 2}, {"id": "2"}]}),
        ({"items": [{"id": "1", "quantity": 1}]}, {"items": [{"id": "1", "quantity": None}]},
         {"items": [{"id": "1"}]}),
        ({"submissionMethod": ["a", "b"]}, {"submissionMethod": ["c"]}, {"submissionMethod": ["c"]}),
        ({"items": [{"id": "1", "additionalClassifications": [{"id": "x"}, {"id": "y"}]}]},
         {"items": [{"id": "1", "additionalClassifications": [{"id": "z"}]}]},
         {"items": [{"id": "1", "additionalClassifications": [{"id": "z"}]}]}),
        ({"lots": [{"title": "no id"}]}, {"lots": [{"title": "no id"}]},
         {"lots": [{"title": "no id"}, {"title": "no id"}]}),
    ],
)  # fmt: skip
def test_each_rule_of_the_merge(before: Json, after: Json, expected: Json) -> None:
    found = merged(release(1, tender={"id": "t"} | before), release(2, tender={"id": "t"} | after))

    assert found == whole("2024-01-02T00:00:00Z", tender={"id": "t"} | expected)


def test_every_step_can_be_looked_at() -> None:
    history = steps([release(n, tender={"title": str(n)}) for n in (1, 2, 3)], lambda kind: None)

    assert [look()["tender"]["title"] for _, look in history] == ["1", "2", "3"]


@pytest.mark.parametrize("odd", [{"tender": "x"}, {"tender": {"id": "t"}, "awards": [{"id": {"a": 1}}]}])
def test_shapes_that_contradict_each_other_are_unusable(odd: Json) -> None:
    with pytest.raises(Unusable, match="cannot be merged"):
        merged(release(1, **odd), release(2, tender={"id": "t"}, awards=[{"id": "1"}]))


@needs_samples
def test_the_merge_rules_are_those_of_the_standard() -> None:
    rules = pytest.importorskip("ocdsmerge.rules")
    schema = json.loads((STANDARD / "schema" / "release-schema.json").read_text())

    assert rules.get_merge_rules(schema) == RULES


def _records() -> list[Any]:
    files = sorted((STANDARD / "examples").rglob("*.json")) if STANDARD.is_dir() else []
    read = [(path, json.loads(path.read_text())) for path in files]
    names = {r["id"]: r for _, package in read for r in package.get("releases", [])}
    return [
        (str(path.relative_to(STANDARD / "examples")), record, names)
        for path, package in read
        for record in package.get("records", [])
    ]


# Written by hand in the standard: these places do not follow from the releases beside them.
_BY_HAND = {
    "amendments/contract.json": ["/contracts/0/amendments/0/rationale"],
    "merging/embedded_releases.json": [
        "/id",
        "/parties/0/roles",
        "/tender/amendments/1/amendsReleaseID",
    ],
}


@needs_samples
@pytest.mark.parametrize(("name", "record", "names"), _records())
def test_the_examples_of_the_standard_give_the_published_results(
    name: str, record: Json, names: Json
) -> None:
    listed = [names[r["url"].partition("#")[2]] if "id" not in r else r for r in record["releases"]]
    found = merged(*sorted(listed, key=lambda r: str(r["date"])))

    differ = _differences(found, record["compiledRelease"])
    assert differ == _BY_HAND.get(name, [])


@needs_samples
def test_no_example_was_missed() -> None:
    assert len(_records()) == 15


def _differences(ours: Any, published: Any, at: str = "") -> list[str]:
    if isinstance(ours, dict) and isinstance(published, dict):
        names = sorted(ours.keys() | published.keys())
        return [d for n in names for d in _differences(ours.get(n), published.get(n), f"{at}/{n}")]
    if isinstance(ours, list) and isinstance(published, list) and len(ours) == len(published):
        pairs = enumerate(zip(ours, published, strict=True))
        return [d for n, (a, b) in pairs for d in _differences(a, b, f"{at}/{n}")]
    return [] if ours == published else [at]
