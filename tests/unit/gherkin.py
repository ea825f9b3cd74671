"""The little of Gherkin that the CloudEvents conformance features use: outlines, examples, tables, texts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import dedent

Row = dict[str, str]


@dataclass
class Step:
    """A step without its keyword, with its table or its text."""

    said: str
    rows: list[list[str]] = field(default_factory=list)
    text: str | None = None

    @property
    def table(self) -> Row:
        """A table of two columns as a mapping, without its heading."""
        return {row[0]: row[1] for row in self.rows[1:]}


@dataclass
class Scenario:
    """A scenario; that of an outline comes once for each of its examples."""

    name: str
    steps: list[Step] = field(default_factory=list)
    examples: list[list[str]] = field(default_factory=list)

    def each(self) -> Iterator["Scenario"]:
        """The scenario with its placeholders filled in."""
        if not self.examples:
            yield self
        for values in self.examples[1:]:
            given = dict(zip(self.examples[0], values, strict=True))
            yield Scenario(_fill(self.name, given), [_filled(step, given) for step in self.steps])


def _filled(step: Step, given: Row) -> Step:
    rows = [[_fill(cell, given) for cell in row] for row in step.rows]
    return Step(_fill(step.said, given), rows, None if step.text is None else _fill(step.text, given))


def _fill(text: str, given: Row) -> str:
    return re.sub(r"<(\w+)>", lambda found: given[found[1]], text)


def scenarios(feature: str) -> list[Scenario]:
    """Every scenario of a feature file. Raises ValueError on a line it does not know."""
    found: list[Scenario] = []
    lines = iter(feature.splitlines())
    in_examples = False
    for line in lines:
        word = line.strip()
        if opened := re.match(r"(Background|Scenario|Scenario Outline):\s*(.*)", word):
            found.append(Scenario(opened[2]))
            in_examples = False
        elif word.startswith("Examples:"):
            in_examples = True
        elif word.startswith("|"):
            row = [cell.strip() for cell in word.strip("|").split("|")]
            (found[-1].examples if in_examples else found[-1].steps[-1].rows).append(row)
        elif word == '"""':
            found[-1].steps[-1].text = _text(lines)
        elif step := re.match(r"(Given|When|Then|And) (.*)", word):
            found[-1].steps.append(Step(step[2].rstrip(":")))
        elif found and word:
            raise ValueError(f"not understood: {word}")
    return [one for outline in found if outline.name for one in outline.each()]


def _text(lines: Iterator[str]) -> str:
    inside = []
    for line in lines:
        if line.strip() == '"""':
            break
        inside.append(line)
    return dedent("\n".join(inside))
