"""The flags of one subject from look to look, for tests: raised, updated, cleared or withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.employer.assessment import assess, ever_held
from services.employer.facts import EmployerFacts
from services.employer.flags import changes
from shared.events import Event
from shared.events.data import FlagState
from tests.unit.building import FIRM, LAW, day, subjects


@dataclass
class Watch:
    """What one subject's flags go through, from look to look."""

    subject: str = FIRM
    flags: dict[str, FlagState] = field(default_factory=dict)

    def look(self, facts: Sequence[Event], on: str) -> list[str]:
        """What changes when these are the facts and this is the day, as `code what`."""
        known = subjects(facts).get(self.subject, EmployerFacts(self.subject))
        today = day(on)
        changed = changes(
            self.flags,
            assess(known, LAW, today),
            lambda code, first: ever_held(known, LAW, code, first, today),
            LAW,
            today,
        )
        self.flags |= {state.code: state for _, state in changed}
        return [f"{state.code} {kind.short.removeprefix('flag.')}" for kind, state in changed]


def flagged(facts: Sequence[Event], on: str, subject: str = FIRM) -> Watch:
    watch = Watch(subject)
    assert [change.split()[1] for change in watch.look(facts, on)] == ["raised"]
    return watch


def end_of(
    code: str, facts: Sequence[Event], on: str, later: Sequence[Event], looked: str, subject: str
) -> str:
    """How a flag that these facts raise on a day ends when these are the facts on a later day."""
    watch = Watch(subject)
    assert f"{code} raised" in watch.look(facts, on)
    changed = dict(change.split() for change in watch.look(later, looked))
    return changed.get(code, "open")
