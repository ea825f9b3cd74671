"""The account of an import: all that was read is an event, skipped or rejected; each event has its answer."""

import re
from collections import Counter
from dataclasses import dataclass, field

from patuh.importing.outcomes import Mapped, Outcome, Skipped
from patuh.sending import Tally

_INDEX = re.compile(r"/\d+")


@dataclass
class Summary:
    """Counts of one import; `read` counts releases, records, rows and whatever could not be read as such.

    `mapped` of them said something; they became `events`, one or more each.
    """

    read: int = 0
    mapped: int = 0
    events: int = 0
    types: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    defects: Counter[str] = field(default_factory=Counter)
    sent: Tally = field(default_factory=Tally)

    def add(self, outcome: Outcome) -> None:
        self.read += 1
        if isinstance(outcome, Mapped):
            self.mapped += 1
            self.events += len(outcome.events)
            self.types.update(str(event["type"]) for event in outcome.events)
            self.defects.update(outcome.defects)
        elif isinstance(outcome, Skipped):
            self.skipped[outcome.reason] += 1
            self.defects.update(outcome.defects)
        else:
            self.rejected += 1
            self.rules[f"{_INDEX.sub('', outcome.field) or 'whole'}: {outcome.rule}"] += 1

    @property
    def balanced(self) -> bool:
        """Nothing was lost on the way. False only while an import runs, or after it failed."""
        told = self.mapped + self.skipped.total() + self.rejected
        return self.read == told and self.events == self.sent.read

    def lines(self) -> list[str]:
        """The account in words, for the terminal."""
        sent, skipped = self.sent, self.skipped.total()
        return [
            f"read {self.read} = used {self.mapped} + skipped {skipped} + rejected {self.rejected}",
            f"events {self.events} = accepted {sent.accepted} + duplicates {sent.duplicates}"
            f" + rejected by the gateway {sent.rejected}",
            *(f"{kind}: {count}" for kind, count in sorted(self.types.items())),
            *(f"skipped {count}: {reason}" for reason, count in self.skipped.most_common()),
            *(f"rejected {count}: {rule}" for rule, count in self.rules.most_common()),
            *(f"defect {count}: {kind}" for kind, count in self.defects.most_common()),
        ]
