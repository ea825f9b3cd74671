"""How far a rebuild reads: exactly to the offsets it is given, over gaps, and on from there."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition

from patuh.replaying.comparing import Table
from patuh.replaying.databases import CannotRebuildError, Databases
from patuh.replaying.reading import Reader, _must_be_whole
from patuh.replaying.running import Report
from shared.settings import Settings

P = TopicPartition("patuh.workers", 0)
SETTINGS = Settings(kafka_bootstrap_servers="kafka:9092", database_url="postgresql://nobody@nowhere/x")


@dataclass
class Record:
    offset: int


@dataclass
class Log:
    """A partition with these offsets, as a consumer."""

    offsets: list[int]
    at: int = 0
    paused: bool = False

    def seek(self, _: TopicPartition, offset: int) -> None:
        self.at = offset

    def pause(self, _: TopicPartition) -> None:
        self.paused = True

    def resume(self, _: TopicPartition) -> None:
        self.paused = False

    async def getmany(self, timeout_ms: int, max_records: int) -> dict[TopicPartition, list[Record]]:
        assert not self.paused
        found = [offset for offset in self.offsets if offset >= self.at][:3]
        self.at = found[-1] + 1
        return {P: [Record(offset) for offset in found]}


@dataclass
class Taken:
    offsets: list[int] = field(default_factory=list)

    async def consume(self, _: Any, records: list[Record]) -> None:
        self.offsets += [record.offset for record in records]


def reader(*offsets: int) -> tuple[Reader, Taken]:
    taken = Taken()
    return Reader(Log(list(offsets)), taken, SETTINGS, {P: 0}, {P: 0}), taken  # type: ignore[arg-type]


async def test_it_reads_to_the_offset_and_later_goes_on_there() -> None:
    made, taken = reader(*range(10))
    told: list[tuple[int, int]] = []
    await made.read_to({P: 4}, lambda done, total: told.append((done, total)))
    assert taken.offsets == [0, 1, 2, 3]
    assert told[-1] == (4, 4)
    await made.read_to({P: 10}, lambda *_: None)
    assert taken.offsets == list(range(10))


async def test_the_gaps_of_a_compacted_topic_do_not_hold_it_up() -> None:
    made, taken = reader(1, 2, 8, 9)
    await made.read_to({P: 6}, lambda *_: None)
    assert taken.offsets == [1, 2]
    await made.read_to({P: 10}, lambda *_: None)
    assert taken.offsets == [1, 2, 8, 9]


async def test_nothing_to_read_reads_nothing() -> None:
    made, taken = reader(0, 1)
    await made.read_to({P: 0}, lambda *_: None)
    assert taken.offsets == []


def test_a_topic_of_facts_without_its_beginning_is_refused() -> None:
    _must_be_whole({P: 0}, {P.topic})
    _must_be_whole({P: 7}, set())
    with pytest.raises(CannotRebuildError, match="begins at 7"):
        _must_be_whole({P: 7}, {P.topic})


def test_the_databases_keep_role_and_settings_of_the_address() -> None:
    databases = Databases("postgresql://app:pw@db.example:5432/patuh_registry?ssl=require", "unused")
    assert databases.rebuilt_dsn == "postgresql://app:pw@db.example:5432/patuh_registry_replay?ssl=require"
    assert databases.before("x") == "patuh_registry_before_x"


@pytest.mark.parametrize(("same", "identical"), [(True, True), (None, True), (False, False)])
def test_a_report_is_identical_when_all_that_can_be_equal_is(same: bool | None, identical: bool) -> None:
    assert Report("registry", tables=[Table("t", 1, 1, same)]).figures()["identical"] is identical
