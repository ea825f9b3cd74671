"""What the console takes from a batch: what is new, which flag state is newest, what is kept."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console import summaries
from services.console.handlers import newest_flags, worth_keeping
from services.console.letters import letters
from services.console.positions import Position, advance
from services.console.reading import EventQuery, RecentEvent
from services.console.stream import QUEUE, Listener
from shared.events import types
from shared.events.data import CoverageChanged, Owner, ProjectAwarded, Step, WorkerRegistered
from tests.browser.console_stage import EMPLOYER, FLAG, NOON, event, flag, raised, received, record

WORKER = "worker:" + "ab" * 20
REGISTERED = WorkerRegistered(
    segment="jakon",
    programmes=["jkk", "jkm"],
    effective_on=date(2026, 7, 1),
    employer=EMPLOYER,
    project="project:lkpp-1-tender-2",
    wage_idr=4_321_987,
    region="32.72.03",
)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=20), st.data())
def test_a_record_counts_once_however_often_it_is_redelivered(
    starts: list[tuple[int, int]], data: st.DataObject
) -> None:
    topic = received([raised(FLAG)] * 43)
    times = data.draw(st.lists(st.integers(0, 5), min_size=43, max_size=43))
    for each, time in zip(topic, times, strict=True):
        each.record.timestamp = time  # many records of one millisecond, and clocks that go back
    counted: list[int] = []
    position = Position()
    for start, length in starts:
        first = min(start, position.next_offset)
        fresh, position = advance(position, topic[first : first + length])
        counted += [each.record.offset for each in fresh]
    assert counted == list(range(position.next_offset))


def test_a_topic_made_anew_is_counted_from_its_beginning() -> None:
    before = Position(next_offset=500, newest_ms=1000)
    anew = received([raised(FLAG)] * 3, timestamp=2000)
    fresh, after = advance(before, anew)
    assert (len(fresh), after) == (3, Position(3, 2000))
    assert advance(after, anew) == ([], after)


def test_the_newest_version_of_a_flag_wins_within_a_batch() -> None:
    batch = received(
        [raised(flag(flag_id=f, version=v)) for f, v in [("b", 2), ("a", 9), ("b", 3), ("a", 8)]]
    )
    assert [(f.flag_id, f.version) for f in newest_flags(batch)] == [("a", 9), ("b", 3)]


def test_of_busy_topics_the_last_are_kept_and_of_quiet_ones_all() -> None:
    workers = [event(types.WORKER_REGISTERED, WORKER, REGISTERED) for _ in range(1000)]
    flags = [raised(FLAG) for _ in range(300)]
    kept = worth_keeping(received(workers + flags))
    assert [each.record.offset for each in kept] == list(range(800, 1300))


def test_of_a_worker_only_the_place_of_work_is_kept() -> None:
    kept = summaries.summary(event(types.WORKER_REGISTERED, WORKER, REGISTERED))
    assert kept == {"segment": "jakon", "employer": EMPLOYER, "project": "project:lkpp-1-tender-2"}


def test_a_coverage_snapshot_tells_how_many_are_enrolled_last() -> None:
    steps = [Step(date(2026, 1, 1), 7), Step(date(2026, 6, 1), 5)]
    kept = summaries.summary(event(types.COVERAGE_CHANGED, EMPLOYER, CoverageChanged(version=3, steps=steps)))
    assert kept == {"enrolled": 5}


def test_marks_that_turn_the_writing_are_left_out() -> None:
    kept = summaries.summary(raised(flag(name="PT \u202eexe.gnp\u2066")))
    assert kept["name"] == "PT exe.gnp"


def test_an_award_is_about_every_contractor() -> None:
    award = ProjectAwarded(
        title="Drainase " * 50,
        kind="construction",
        method="tender",
        owner=Owner(agency="dputr"),
        contractors=[EMPLOYER, "employer:nib-1234567890123"],
    )
    told = event(types.PROJECT_AWARDED, "project:lkpp-1-tender-2", award)
    assert summaries.about(told) == ["project:lkpp-1-tender-2", EMPLOYER, "employer:nib-1234567890123"]
    title = summaries.summary(told)["title"]
    assert isinstance(title, str)
    assert (len(title), title[-1]) == (160, "…")


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": ()},
        {"headers": [("patuh-rule", b"\xff\xfe\x00"), ("patuh-offset", b"many")], "key": b"\x00\xff"},
        {"headers": [("patuh-field", b"x" * 10_000)], "timestamp": 2**63 - 1},
        {"headers": [], "timestamp": -1},
    ],
)
def test_anything_may_lie_among_the_dead_letters(changes: dict[str, Any]) -> None:
    (letter,) = letters([record("patuh.dead-letters", 5, **changes)])
    assert "\x00" not in letter.rule + letter.key
    assert len(letter.field) <= 300


def test_a_nik_among_the_dead_letters_is_masked_and_the_bytes_are_left_out() -> None:
    nik = b"9972020101900001"
    headers = [("patuh-rule", b"not a subject: worker:" + nik), ("patuh-topic", b"patuh.workers")]
    (letter,) = letters([record("patuh.dead-letters", 5, headers=headers, key=nik, value=nik)])
    assert (letter.key, letter.topic) == ("*" * 16, "patuh.workers")
    assert nik.decode() not in repr(letter)


async def test_a_slow_listener_loses_the_oldest_and_is_told_how_many() -> None:
    listener = Listener(EventQuery(topic="patuh.flags"))
    listener.offer([_recent(n, "patuh.flags") for n in range(QUEUE)])
    listener.offer([_recent(n, "patuh.workers") for n in range(QUEUE, QUEUE + 50)])
    listener.offer([_recent(n, "patuh.flags") for n in range(QUEUE + 50, QUEUE + 57)])
    portion = await listener.take()
    assert (portion.dropped, len(portion.events), portion.events[0].id) == (7, QUEUE, 7)
    listener.offer([_recent(1000, "patuh.flags")])
    assert (await listener.take()).dropped == 0


def _recent(number: int, topic: str) -> RecentEvent:
    return RecentEvent(number, topic, types.FLAG_RAISED.name, NOON, "urn:test", EMPLOYER, "e", {})
