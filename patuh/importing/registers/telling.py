"""What every kind of list does with its rows: hear each, tell what it says, and tell the rest at the end."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from patuh.importing.outcomes import Mapped, Outcome, PlacedEvent, Skipped
from patuh.importing.registers.about import About
from patuh.importing.registers.rows import Row
from patuh.importing.registers.saying import SAME_ROW, Once, Saying


@dataclass
class Teller:
    """Base of the kinds. `doubt`: a line was met of which nobody can say whom it is about."""

    about: About
    once: Once = field(default_factory=Once)
    doubt: bool = False

    def __post_init__(self) -> None:
        self.saying = Saying(self.about)

    def hear(self, row: Row) -> None:
        """Learn of every row, also of one that will be rejected."""

    def lost(self, row: Row) -> None:
        """Learn that a row was rejected."""

    def tell(self, row: Row) -> Outcome | None:
        """What a sound row says; None when that is told at the end. Raises Unusable."""
        events = self.events(row)
        return Mapped(tuple(events)) if events else Skipped(row.place, None, SAME_ROW)

    def events(self, row: Row) -> list[PlacedEvent]:
        """The events of a row; none when an earlier row said the same. Raises Unusable."""
        raise NotImplementedError

    def end(self) -> Iterator[Outcome]:
        """What only the whole list says."""
        return iter(())
