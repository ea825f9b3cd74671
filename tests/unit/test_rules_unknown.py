"""Nothing is guessed: without a fact that a rule needs it finds nothing wrong, and never that all is well."""

import pytest

from services.employer.assessment import examine
from services.employer.rules import ALL
from shared.law import Law
from tests.unit.building import LAW, day, examination, subject_of
from tests.unit.wrong_worlds import WRONG

MISSING = [(code, name) for code, world in WRONG.items() for name in world.needed]


def test_every_rule_is_among_them() -> None:
    assert WRONG.keys() == ALL.keys()


@pytest.mark.parametrize("code", WRONG)
def test_with_all_that_it_needs_it_is_wrong(code: str) -> None:
    world = WRONG[code]
    one = examination(world.facts(), world.on, world.subject, code)
    assert one.outcome == "wrong"
    assert one.undecided is None


@pytest.mark.parametrize(("code", "without"), MISSING)
def test_without_a_fact_that_it_needs_it_does_not_guess(code: str, without: str) -> None:
    world = WRONG[code]
    one = examination(world.facts(without), world.on, world.subject, code)
    assert one.outcome in ("undecided", "not-applicable")
    assert bool(one.undecided) == (one.outcome == "undecided")
    if one.finding:
        assert (one.finding.since, one.finding.workers, one.finding.amount_idr) == (None, None, None)


def without_rows(name: str) -> Law:
    return Law(tuple(row for row in LAW.parameters if row.name != name), LAW.rules)


# The time to register is asked only of those who are no members.
NOT_ASKED = ("employer.workers-missing", "employer.registration-working-days")
FIGURES = ("-days", "-percent", "-sizes", ".mandatory", "-factor")
PARAMETERS = [
    (code, name)
    for code, rule in LAW.rules.items()
    for name in rule.parameters
    if name.endswith(FIGURES) and (code, name) != NOT_ASKED
]


@pytest.mark.parametrize(("code", "name"), PARAMETERS)
def test_without_a_figure_of_the_law_it_does_not_guess(code: str, name: str) -> None:
    world = WRONG[code]
    subject = subject_of(world.facts(), world.subject)
    (one,) = (one for one in examine(subject, without_rows(name), day(world.on)) if one.code == code)
    assert one.outcome == "undecided"
    assert one.undecided
    assert name in one.undecided
