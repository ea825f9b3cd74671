"""What was told before is told again only when it changed, and the same changes give the same ids."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from patuh.importing.memory import UNCHANGED, Memory
from patuh.importing.outcomes import Mapped, Outcome, Place, PlacedEvent
from patuh.sending import Event, OnProgress, OnReject, OnTaken, SendingFailed, Tally
from tests.unit.answering import Remembering, imported


def paid(amount: int, day: str = "2025-10-03", key: str | None = "10050366000/paid") -> Mapped:
    """One row of a snapshot pulled on `day`."""
    event = {
        "specversion": "1.0",
        "id": "",
        "source": "https://isb.example.id/93",
        "type": "id.patuh.project.paid.v1",
        "subject": "project:lkpp-93-nontender-10050366000",
        "time": f"{day}T00:00:00+07:00",
        "data": {"amount_idr": amount},
    }
    return Mapped((PlacedEvent(event, Place("rows.json"), key),))


def ids(outcomes: Iterable[Outcome], memory: Memory) -> list[str]:
    gateway = Remembering()
    imported(outcomes, gateway, memory)
    return [str(event["id"]) for event in gateway.known.values()]


def test_the_same_row_of_a_later_snapshot_is_no_news(tmp_path: Path) -> None:
    with Memory(tmp_path / "memory") as memory:
        assert len(ids([paid(5)], memory)) == 1
    with Memory(tmp_path / "memory") as memory:
        summary = imported([paid(5, "2025-10-10")], Remembering(), memory)

    assert (summary.events, dict(summary.skipped)) == (0, {UNCHANGED: 1})
    assert summary.balanced


def test_a_value_that_returns_to_an_earlier_one_is_news_with_an_id_of_its_own() -> None:
    memory = Memory(None)
    told = [ids([paid(amount)], memory)[0] for amount in (5, 7, 5)]

    assert len(set(told)) == 3
    assert all(name.startswith("10050366000/paid@") for name in told)


def test_the_same_changes_give_the_same_ids_on_another_machine() -> None:
    def run() -> list[str]:
        memory = Memory(None)
        return [ids([paid(amount)], memory)[0] for amount in (5, 7, 5)]

    assert run() == run()


def test_what_the_gateway_refused_is_tried_again_under_the_same_id() -> None:
    memory, said = Memory(None), paid(5)
    imported([said], Remembering(refused=str(said.events[0]["subject"])), memory)
    first = str(said.events[0]["id"])

    assert ids([paid(5)], memory) == [first]


def test_what_was_not_answered_is_not_remembered() -> None:
    def breaks(
        events: Iterable[Event], *, on_reject: OnReject, on_progress: OnProgress, on_taken: OnTaken
    ) -> Tally:
        list(events)
        raise SendingFailed("gone", Tally())

    memory = Memory(None)
    with pytest.raises(SendingFailed):
        imported([paid(5)], breaks, memory)
    assert len(ids([paid(5)], memory)) == 1


def test_the_id_tells_nothing_of_a_person_yet_another_person_is_news() -> None:
    def awarded(nik: str) -> Mapped:
        said = paid(5)
        said.events[0]["data"] = {"contractors": [f"employer:{nik}"]}
        return said

    first, other = awarded("9901014107900001"), awarded("9901014107900002")
    assert ids([first], Memory(None)) == ids([other], Memory(None))
    memory = Memory(None)
    assert (
        len({*ids([awarded("9901014107900001")], memory), *ids([awarded("9901014107900002")], memory)}) == 2
    )


def test_an_event_with_an_id_of_its_own_is_sent_as_it_is() -> None:
    said = paid(5, key=None)
    said.events[0]["id"] = "its own"

    assert ids([said], Memory(None)) == ["its own"]


def test_one_row_twice_in_a_file_is_told_once() -> None:
    summary = imported([paid(5), paid(5)], Remembering())

    assert (summary.events, summary.skipped.total()) == (1, 1)
