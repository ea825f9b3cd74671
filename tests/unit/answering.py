"""A gateway for importers: answers as the real one does, and keeps what it took."""

from collections.abc import Iterable
from pathlib import Path

from patuh.importing.memory import Memory
from patuh.importing.outcomes import Outcome
from patuh.importing.running import OnSummary, Send, run_import
from patuh.importing.summary import Summary
from patuh.sending import Event, OnProgress, OnReject, OnTaken, Refusal, Tally


class Remembering:
    """An event it knows is a duplicate; one about `refused` is rejected; a conflict fails the test."""

    def __init__(self, refused: str = "") -> None:
        self.known: dict[tuple[str, str], Event] = {}
        self.refused = refused

    def __call__(
        self, events: Iterable[Event], *, on_reject: OnReject, on_progress: OnProgress, on_taken: OnTaken
    ) -> Tally:
        tally = Tally()
        for event in events:
            if event["subject"] == self.refused:
                on_reject(event, Refusal(0, "subject", "another agency's", event["id"]))
                tally += Tally(rejected=1)
            else:
                tally += self._take(event)
                on_taken([event])
            on_progress(tally)
        return tally

    def _take(self, event: Event) -> Tally:
        if self.known.setdefault((event["source"], event["id"]), event) is event:
            return Tally(accepted=1)
        assert self.known[event["source"], event["id"]] == event
        return Tally(duplicates=1)


def imported(
    outcomes: Iterable[Outcome],
    gateway: Send,
    memory: Memory | None = None,
    *,
    reject_path: Path | None = None,
    progress: OnSummary | None = None,
) -> Summary:
    """One import into `gateway`; without a `memory` of its own it remembers nothing of those before."""
    return run_import(
        outcomes, gateway, memory=memory or Memory(None), reject_path=reject_path, progress=progress
    )
