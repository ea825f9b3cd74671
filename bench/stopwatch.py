"""What a measured program says of itself. Standard library only: other environments import it too."""

import json
import time
from dataclasses import asdict, dataclass, field


@dataclass
class Report:
    """Events handled in `seconds` of wall-clock and `cpu_seconds`. Of a framework also the events `taken`
    from each partition, and the `counts` by subject as its own state has them.
    """

    events: int
    seconds: float
    cpu_seconds: float
    taken: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def say(self) -> None:
        """Print as one line of JSON."""
        print(json.dumps(asdict(self)), flush=True)


class Stopwatch:
    """Measures this process from the moment it has handled its first events."""

    def __init__(self) -> None:
        self.events = 0
        self._began: tuple[int, float, float] | None = None

    def handled(self, events: int = 1) -> None:
        """Count events; the first of them, which waited for the group to gather, start the watch."""
        self.events += events
        self._began = self._began or (self.events, time.perf_counter(), time.process_time())

    def report(self) -> Report:
        """What was handled since. Raises ValueError when nothing was."""
        if self._began is None:
            raise ValueError("nothing was handled")
        before, began, cpu = self._began
        return Report(self.events - before, time.perf_counter() - began, time.process_time() - cpu)
