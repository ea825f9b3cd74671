"""What a bench run says in the end: the report, its ratios and its chart."""

from datetime import date
from xml.etree import ElementTree

import msgspec
import pytest

from bench.chart import draw
from bench.machine import Machine
from bench.measuring import BenchFailedError, Run
from bench.proof import check_counts, check_crossed
from bench.report import RATIOS, Report, report
from bench.workload import Workload
from shared.events.data import CoverageChanged, Step

_MACHINE = Machine("A <fast> processor", 2, 24.0, 0.5, "Linux", "3.11", "4.4.0", "18.6", "abc")
_RATES = {"limit": 100_000, "registry": 40_000, "quix": 30_000, "quix-durable": 20_000, "naive": 400}


def _run(variant: str, number: int, rate: float) -> Run:
    peaks = {variant: 100.0, "helper": 20.0}
    cpu = {variant: 1.0, "helper": 1.0}
    return Run(
        variant=variant, round=number, events=int(rate), seconds=1.0, cpu_seconds=cpu, peak_rss_mb=peaks
    )


@pytest.fixture
def found() -> Report:
    runs = [_run(variant, number, rate * number) for variant, rate in _RATES.items() for number in (1, 2, 3)]
    return report(_MACHINE, Workload(60_000), runs)


def test_rates_and_memory_are_told_by_variant(found: Report) -> None:
    assert found.events_per_s == {variant: 2 * rate for variant, rate in _RATES.items()}
    assert found.peak_rss_mb == dict.fromkeys(_RATES, 120.0)


def test_a_framework_is_compared_by_what_it_made_durable(found: Report) -> None:
    assert found.ratios["registry_to_quix"] == 2.0
    assert found.ratios["registry_to_naive"] == 100.0


def test_a_ratio_is_told_with_the_spread_of_its_rounds() -> None:
    runs = [_run("registry", 1, 50), _run("limit", 1, 100), _run("registry", 2, 90), _run("limit", 2, 100)]
    found = report(_MACHINE, Workload(60_000), runs)
    spread = found.ratio_spread["registry_to_limit"]
    assert (found.ratios["registry_to_limit"], spread.least, spread.most) == (0.7, 0.5, 0.9)


def test_a_variant_says_how_many_events_it_was_given(found: Report) -> None:
    assert found.events == {variant: 3 * rate for variant, rate in _RATES.items()}


def test_the_json_has_the_names_that_are_promised(found: Report) -> None:
    told = msgspec.json.decode(msgspec.json.encode(found))
    promised = ["events_per_s", "peak_rss_mb", "ratios", "latency_ms", "history_slowdown", "machine"]
    assert not set(promised) - set(told)
    assert set(RATIOS) == {
        "registry_to_limit",
        "registry_to_naive",
        "registry_to_quix",
        "registry_to_faust",
        "registry_to_kafka_streams",
        "registry_x2_to_kafka_streams",
        "registry_x2_to_limit",
        "flags_to_limit",
    }


def test_a_ratio_needs_both_its_variants(found: Report) -> None:
    assert "registry_to_faust" not in found.ratios
    assert "flags_to_limit" not in found.ratios


def test_the_chart_has_a_bar_for_each_variant_the_fastest_on_top(found: Report) -> None:
    svg = ElementTree.fromstring(draw(found))
    texts = [element.text for element in svg.findall(".//{*}text")]
    assert [text for text in texts if text in _RATES] == list(_RATES)
    assert "200,000" in texts
    assert any("A <fast> processor" in (text or "") for text in texts)


def test_longer_bars_for_higher_rates(found: Report) -> None:
    bars = [r for r in ElementTree.fromstring(draw(found)).findall(".//{*}rect") if r.get("width") != "100%"]
    widths = [int(bar.get("width", "0")) for bar in bars]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == len(_RATES)


_TRUTH = {
    "employer:a": CoverageChanged(version=1, steps=[Step(date(2025, 1, 1), 60), Step(date(2025, 5, 1), 54)]),
    "employer:b": CoverageChanged(version=1, steps=[Step(date(2025, 1, 1), 12)]),
}


def test_wrong_counts_fail() -> None:
    check_counts({"employer:a": 54, "employer:b": 12}, _TRUTH)
    with pytest.raises(BenchFailedError, match="1 of 2 subjects have a wrong count: employer:a"):
        check_counts({"employer:a": 60, "employer:b": 12}, _TRUTH)
    with pytest.raises(BenchFailedError, match="wrong count: employer:b"):
        check_counts({"employer:a": 54}, _TRUTH)


def test_wrong_flags_fail() -> None:
    check_crossed({"employer:a": b'{"short":false}'}, _TRUTH, 50)
    with pytest.raises(BenchFailedError, match="wrong flag: employer:a"):
        check_crossed({"employer:a": b'{"short":true}'}, _TRUTH, 50)
    with pytest.raises(BenchFailedError, match="wrong flag: employer:a"):
        check_crossed({}, _TRUTH, 50)
