"""feeds.yaml: what is wrong in it is said with the feed, the field and the rule; it holds no secret."""

from datetime import timedelta
from pathlib import Path

import pytest

from patuh.importing.feeds.configuration import BadConfiguration, Configuration, expand, load, read_every
from patuh.importing.feeds.formats import UnknownFormat, reader
from patuh.importing.registers.kinds import kinds

WHOLE = """
feeds:
  - name: lpse-sukabumi
    url: https://data.example.go.id/v1/tender
    also: ["https://data.example.go.id/v1/kontrak"]
    format: lkpp
    source: urn:lkpp:93
    every: 6h
    key: ${LPSE_KEY}
    headers: {Authorization: "Bearer ${INAPROC_TOKEN}", Accept: application/json}
    paging: {}
files:
  - {match: "*.xlsx", format: "list:sipp", source: "https://sipp.example.id"}
"""
ONE = """
feeds:
  - name: one
    url: https://data.example.go.id/v1
    format: ocds
    source: urn:ocds:one
"""


def loaded(tmp_path: Path, text: str) -> Configuration:
    path = tmp_path / "feeds.yaml"
    path.write_text(text)
    return load(path)


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    found = loaded(tmp_path, WHOLE)
    (feed,), (drop,) = found.feeds, found.files
    assert (feed.interval, feed.paging and feed.paging.cursor) == (timedelta(hours=6), "/meta/cursor")
    assert (drop.match, drop.format) == ("*.xlsx", "list:sipp")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ONE + "    every: often\n", "feeds: one: every: a number and s, m, h or d"),
        (ONE + "    every: 0m\n", "every"),
        (ONE + "    key: patuh_1_2\n", "feeds: one: key: write ${NAME}, never the key itself"),
        (
            ONE + "    headers: {Authorization: Bearer abc}\n",
            "feeds: one: headers: Authorization: write ${NAME}",
        ),
        (ONE + "    also: ['https://x.example.id/']\n", "feeds: one: also: only for lkpp"),
        (ONE + "    also: ['ftp://x']\n", "feeds: one: url: starts with http"),
        (ONE + "    pages: 3\n", "unknown field `pages`"),
        (ONE + "    max_mb: 0\n", "max_mb"),
        (ONE + "    paging: {cursor: meta.cursor}\n", "paging.cursor"),
        (ONE + ONE.replace("feeds:\n", ""), "feeds: two have the same name"),
        (ONE.replace("ocds\n", "excel\n"), "feeds: one: format: is none of cloudevents, ocds, lkpp, list:"),
        (ONE.replace("https://", "file://"), "feeds: one: url: starts with http:// or https://"),
        (ONE.replace("https://", "https://me:pw@"), "feeds: one: url: no user, password or variable"),
        (ONE.replace("https://data", "https://${HOST}"), "feeds: one: url: no user, password or variable"),
        (ONE.replace("name: one", "name: ../one"), "name"),
        ("files: [{format: x, source: y}]", "files[0]: format: is none of"),
        ("files: [{format: ocds}]", "source"),
        ("feeds: {", "feeds.yaml"),
        ("- 1", "Expected `object`"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadConfiguration) as error:
        loaded(tmp_path, text)
    assert told in str(error.value)
    assert "me:pw" not in str(error.value)
    assert "abc" not in str(error.value)


def test_variables_are_put_in_when_used() -> None:
    assert expand("Bearer ${A}-${B_2}", {"A": "x", "B_2": "y"}) == "Bearer x-y"
    for missing in ({}, {"A": ""}):
        with pytest.raises(BadConfiguration, match="the environment variable A is not set"):
            expand("${A}", missing)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("24h", timedelta(days=1)),
        ("7d", timedelta(7)),
    ],
)
def test_intervals(text: str, span: timedelta) -> None:
    assert read_every(text) == span


def test_every_kind_of_list_is_a_format() -> None:
    for name in kinds():
        reader(f"list:{name}")
    with pytest.raises(UnknownFormat, match="is none of cloudevents, ocds, lkpp, list:"):
        reader("list:nobody")


def test_the_example_of_the_documentation_is_right(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "feeds.md").read_text()
    example = page.partition("```yaml\n")[2].partition("```")[0]
    found = loaded(tmp_path, example)
    assert len(found.feeds) > 2
    assert found.files
