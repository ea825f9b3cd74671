"""What is the message's fault, what the machine's; when to halt; what a dead letter keeps."""

from typing import Any

import asyncpg
import pytest
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaConnectionError, NotLeaderForPartitionError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared import topics
from shared.dead_letters import attempts, dead_letter
from shared.events import BadEvent
from shared.failure import Guard, Halted, is_infrastructure


def with_state(sqlstate: str, invalidated: bool = False) -> DBAPIError:
    cause = Exception()
    cause.sqlstate = sqlstate  # type: ignore[attr-defined]
    return DBAPIError("SELECT 1", None, cause, connection_invalidated=invalidated)


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT 1", None, Exception()),
        InterfaceError("SELECT 1", None, Exception()),
        PoolTimeout(),
        ConnectionRefusedError(),
        TimeoutError(),
        KafkaConnectionError(),
        NotLeaderForPartitionError(),
        asyncpg.ConnectionDoesNotExistError(),
        with_state("40P01"),  # deadlock
        with_state("53300"),  # too many connections
        with_state("57P01"),  # shutdown
        with_state("22012", invalidated=True),
    ],
)
def test_what_may_succeed_later_is_infrastructure(error: Exception) -> None:
    assert is_infrastructure(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        KeyError("x"),
        BadEvent("id", "x"),
        RecursionError(),
        IntegrityError("INSERT", None, Exception()),
        DataError("INSERT", None, Exception()),
        with_state("22003"),
        with_state("54000"),
        DBAPIError("SELECT 1", None, Exception()),
    ],
)
def test_what_will_fail_again_is_the_messages(error: Exception) -> None:
    assert not is_infrastructure(error)


def test_bad_messages_in_a_row_halt_over_batches() -> None:
    guard = Guard(5)
    guard.check(4)
    guard.stored(0, 4)
    with pytest.raises(Halted, match="5 messages in a row"):
        guard.check(1)


def test_one_good_message_ends_the_row() -> None:
    guard = Guard(5)
    guard.stored(0, 4)
    guard.stored(1, 400)
    guard.check(4)


def test_what_is_tried_again_and_again_counts_once() -> None:
    guard = Guard(5)
    for _ in range(10):
        guard.check(4)


def record(headers: list[tuple[str, bytes | None]], value: bytes | None = b"\xff\x00") -> Any:
    return ConsumerRecord("patuh.workers", 3, 71, 0, 0, b"key", value, None, -1, 0, tuple(headers))


def test_a_dead_letter_keeps_bytes_key_and_headers_and_says_why() -> None:
    sent: list[tuple[str, bytes | None]] = [("ce_id", b"\xc0\xa0"), ("twice", b"1"), ("twice", None)]
    letter = dead_letter(record(sent), BadEvent("data.npwp", "npwp: wrong"), "registry")
    assert (letter.topic, letter.key, letter.value) == (topics.DEAD_LETTERS.name, b"key", b"\xff\x00")
    assert letter.headers[:3] == sent
    assert dict(letter.headers[3:]) == {
        "patuh-field": b"data.npwp",
        "patuh-rule": b"npwp: wrong",
        "patuh-service": b"registry",
        "patuh-topic": b"patuh.workers",
        "patuh-partition": b"3",
        "patuh-offset": b"71",
        "patuh-attempts": b"1",
    }


def test_a_dead_letter_that_was_redriven_counts_its_attempts_and_has_one_reason() -> None:
    first = dead_letter(record([("a", b"b")]), BadEvent("id", "first"), "registry")
    again = dead_letter(record(list(first.headers), None), BadEvent("id", "second"), "employer")
    assert attempts(list(again.headers)) == 2
    assert again.value is None
    assert sorted(name for name, _ in again.headers) == sorted(name for name, _ in first.headers)
    assert dict(again.headers)["patuh-rule"] == b"second"


@pytest.mark.parametrize("said", [b"-1", b"", b"x", None, b"9" * 5000, "٣".encode(), b"1.5"])
def test_a_hostile_count_of_attempts_counts_as_none(said: bytes | None) -> None:
    assert attempts([("patuh-attempts", said)]) == 0
    letter = dead_letter(record([("patuh-attempts", said)]), BadEvent("id", "x"), "registry")
    assert dict(letter.headers)["patuh-attempts"] == b"1"
