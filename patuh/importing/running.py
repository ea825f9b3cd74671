"""One import: outcomes of any reader, sent as one stream, with an account of each thing read."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol, cast

from patuh.importing.memory import Memory, news
from patuh.importing.outcomes import Mapped, Outcome, PlacedEvent, Rejected
from patuh.importing.rejects import RejectFile
from patuh.importing.summary import Summary
from patuh.sending import Event, OnProgress, OnReject, OnTaken, Refusal, Tally
from shared.identifiers import NIK_ANYWHERE

OnSummary = Callable[[Summary], None]


class Send(Protocol):
    """`patuh.sending.send_all` with the gateway already chosen."""

    def __call__(
        self, events: Iterable[Event], *, on_reject: OnReject, on_progress: OnProgress, on_taken: OnTaken
    ) -> Tally: ...


def run_import(
    outcomes: Iterable[Outcome],
    send: Send,
    *,
    memory: Memory,
    reject_path: Path | None = None,
    progress: OnSummary | None = None,
) -> Summary:
    """Send what is news; `progress` sees the summary grow with each batch.

    Raises SendingFailed (what was sent before stays sent, a second run goes on from there) and OSError.
    """
    summary = Summary()
    tell = progress or (lambda _: None)

    def on_progress(tally: Tally) -> None:
        summary.sent = tally
        tell(summary)

    with RejectFile(reject_path) as rejects:

        def on_reject(event: Event, refusal: Refusal) -> None:
            rejects.add(_refused(event, refusal), by="gateway", event_id=_unless_personal(str(event["id"])))

        events = _events(news(outcomes, memory), summary, rejects)
        summary.sent = send(events, on_reject=on_reject, on_progress=on_progress, on_taken=memory.told)
    return summary


def _refused(event: Event, refusal: Refusal) -> Rejected:
    placed = cast(PlacedEvent, event)
    key = placed.key or _unless_personal(str(event["subject"]).partition(":")[2])
    return Rejected(placed.place, key, refusal.field, refusal.rule)


def _unless_personal(name: str) -> str | None:
    """Events as an agency wrote them may name a person by her number, which no file may keep."""
    return None if NIK_ANYWHERE.search(name) else name


def _events(outcomes: Iterable[Outcome], summary: Summary, rejects: RejectFile) -> Iterator[PlacedEvent]:
    for outcome in outcomes:
        summary.add(outcome)
        if isinstance(outcome, Rejected):
            rejects.add(outcome)
        elif isinstance(outcome, Mapped):
            yield from outcome.events
