"""`python -m bench.chart report.json docs/performance.svg`: events a second by variant, as an SVG of bars.

Bars stand on a logarithmic scale, since the slowest variant does a thousandth of what the fastest does.
"""

from math import log10
from pathlib import Path

import msgspec
import typer
from markupsafe import Markup, escape

from bench.report import Report

_LEFT, _WIDTH, _RIGHT, _ROW, _TOP, _BOTTOM = 190, 560, 110, 26, 40, 64
_OURS, _LIMIT, _OTHERS = "#0b7a75", "#8a8f98", "#c98b2b"
_OUR_NAMES = ("registry", "gateway")
_STYLE = 'font-family="sans-serif" font-size="13" fill="#222"'


def draw(found: Report) -> str:
    """The chart of a report, the fastest variant on top."""
    rates = sorted(found.events_per_s.items(), key=lambda one: -one[1])
    decades = range(int(log10(rates[-1][1])), int(log10(rates[0][1])) + 2)
    height = _TOP + _ROW * len(rates) + _BOTTOM
    scale = _WIDTH / (decades[-1] - decades[0])
    lines = [_line(_LEFT + scale * (d - decades[0]), d, height - _BOTTOM) for d in decades]
    bars = [_bar(row, *one, scale, decades[0]) for row, one in enumerate(rates)]
    machine = found.machine
    where = (
        f"{machine.cores} cores, {machine.processor}; {found.workload['events']:,} events; {machine.revision}"
    )
    paper = Markup('<rect width="100%" height="100%" fill="#fff"/>')
    title = _text(_LEFT, 18, "Worker events a second (logarithmic), median of the rounds")
    body = Markup("\n").join([paper, title, *lines, *bars, _text(_LEFT, height - 14, where)])
    size = f'width="{_LEFT + _WIDTH + _RIGHT}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {_STYLE}>\n{body}\n</svg>\n'


def _line(x: float, decade: int, bottom: int) -> Markup:
    rule = f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{_TOP - 8}" y2="{bottom}" stroke="#ddd"/>'
    return Markup(rule) + _text(x, bottom + 18, f"{10**decade:,}", "middle")


def _bar(row: int, variant: str, rate: float, scale: float, first: int) -> Markup:
    y, width = _TOP + row * _ROW, max(1.0, scale * (log10(rate) - first))
    colour = _LIMIT if variant == "limit" else _OURS if variant.startswith(_OUR_NAMES) else _OTHERS
    shape = f'<rect x="{_LEFT}" y="{y}" width="{width:.0f}" height="{_ROW - 8}" fill="{colour}"/>'
    middle = y + 14
    label = _text(_LEFT - 8, middle, variant, "end")
    return label + Markup(shape) + _text(_LEFT + width + 6, middle, f"{rate:,.0f}")


def _text(x: float, y: float, text: str, anchor: str = "start") -> Markup:
    return Markup(f'<text x="{x:.0f}" y="{y}" text-anchor="{anchor}">') + escape(text) + Markup("</text>")


def main(report: Path, chart: Path) -> None:
    """Draw what `python -m bench --json REPORT` wrote into the SVG file CHART."""
    chart.write_text(draw(msgspec.json.decode(report.read_bytes(), type=Report)))


if __name__ == "__main__":
    typer.run(main)
