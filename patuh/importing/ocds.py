"""Imports OCDS 1.1 files: one `project.awarded` event for each contracting process with an active award."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol, cast

from patuh.importing.compiling import Process, processes
from patuh.importing.mapping import NotAwarded, award_event
from patuh.importing.outcomes import Mapped, Outcome, PlacedEvent, Rejected, Skipped, Unusable
from patuh.importing.reading import read_file
from patuh.importing.rejects import RejectFile
from patuh.importing.summary import Summary
from patuh.sending import Event, OnProgress, OnReject, Refusal, Tally

MERGED = "told together with a later release of the process"
OnSummary = Callable[[Summary], None]


class Send(Protocol):
    """`patuh.sending.send_all` with the gateway already chosen."""

    def __call__(self, events: Iterable[Event], *, on_reject: OnReject, on_progress: OnProgress) -> Tally: ...


def read_events(path: Path, *, source: str | None = None) -> Iterator[Outcome]:
    """One outcome for each release, record or unreadable piece of the file, in its order; no network.

    The same file gives the same events. Raises OSError when it cannot be opened.
    """
    for process in processes(read_file(path)):
        if isinstance(process, Rejected):
            yield process
        else:
            yield from (Skipped(place, process.ocid, MERGED) for place in process.places[:-1])
            yield _outcome(process, source)


def _outcome(process: Process, source: str | None) -> Outcome:
    place, defects = process.places[-1], list(process.defects)
    try:
        return Mapped(award_event(process, source, defects), tuple(defects))
    except NotAwarded as reason:
        return Skipped(place, process.ocid, str(reason))
    except Unusable as error:
        return error.at(place, process.ocid)


def import_files(
    paths: Iterable[Path],
    send: Send,
    *,
    reject_path: Path | None = None,
    progress: OnSummary | None = None,
    source: str | None = None,
) -> Summary:
    """Read, map and send the files as one stream; `progress` sees the summary grow with each batch.

    Raises SendingFailed (what was sent before stays sent, a second run sends it again as duplicates) and
    OSError.
    """
    summary = Summary()
    tell = progress or (lambda _: None)

    def on_progress(tally: Tally) -> None:
        summary.sent = tally
        tell(summary)

    with RejectFile(reject_path) as rejects:

        def on_reject(event: Event, refusal: Refusal) -> None:
            rejects.add(_refused(event, refusal), by="gateway", event_id=str(event["id"]))

        events = _events(paths, source, summary, rejects)
        summary.sent = send(events, on_reject=on_reject, on_progress=on_progress)
    return summary


def _refused(event: Event, refusal: Refusal) -> Rejected:
    place = cast(PlacedEvent, event).place
    ocid = str(event["subject"]).removeprefix("project:")
    return Rejected(place, ocid, refusal.field, refusal.rule)


def _events(
    paths: Iterable[Path], source: str | None, summary: Summary, rejects: RejectFile
) -> Iterator[PlacedEvent]:
    for path in paths:
        summary.files += 1
        for outcome in read_events(path, source=source):
            summary.add(outcome)
            if isinstance(outcome, Rejected):
                rejects.add(outcome)
            elif isinstance(outcome, Mapped):
                yield outcome.event
