"""Reads the dead-letters topic with a consumer of its own: what lies there is no event any more."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaConsumer
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from services.console import store
from services.console.store import Letter
from shared import logging, topics
from shared.database import Database
from shared.dead_letters import PREFIX, Record
from shared.failure import is_infrastructure
from shared.identifiers import NIK_ANYWHERE
from shared.settings import Settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 253_402_000_000_000  # in the year 9999, the last that a datetime can hold
_LONGEST = 300
_log = logging.get(__name__)


class LetterReader:
    """Stores why each dead letter was refused, at least once, beside the service's own batches."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database

    async def run(self) -> None:
        """Read until cancelled; a failing broker or database is waited out."""
        async for attempt in AsyncRetrying(
            wait=wait_random_exponential(multiplier=0.2, max=30),
            retry=retry_if_exception(is_infrastructure),
            before_sleep=_waiting,
        ):
            with attempt:
                await self._follow()

    async def _follow(self) -> None:
        consumer = self._consumer()
        await consumer.start()
        try:
            while True:
                batches = await consumer.getmany(timeout_ms=1000, max_records=500)
                records = [record for batch in batches.values() for record in batch]
                if records:
                    await self._store(letters(records))
                    await consumer.commit()
        finally:
            await consumer.stop()

    async def _store(self, found: list[Letter]) -> None:
        async with self._database.transaction() as transaction:
            await store.put_letters(transaction, found)

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            topics.DEAD_LETTERS.name,
            bootstrap_servers=self._settings.kafka_bootstrap_servers,
            group_id=f"patuh-{self._settings.service}-dead-letters",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )


def letters(records: Sequence[Record]) -> list[Letter]:
    """What may be shown of dead letters. Anything at all may lie on the topic; nothing raises."""
    return [_letter(record) for record in records]


def _letter(record: Record) -> Letter:
    said = {name: _shown(value) for name, value in record.headers if name.startswith(PREFIX)}
    service, field, rule, topic, partition, offset, attempts = (
        said.get(PREFIX + name, "?")
        for name in ("service", "field", "rule", "topic", "partition", "offset", "attempts")
    )
    at = _EPOCH + timedelta(milliseconds=min(max(0, record.timestamp), _LATEST_MS))
    return Letter(
        partition=record.partition,
        offset=record.offset,
        at=at,
        service=service,
        field=field,
        rule=rule,
        topic=topic,
        origin=f"{partition}@{offset}",
        attempts=attempts,
        key=_shown(record.key),
    )


def _shown(raw: bytes | None) -> str:
    # What was refused was checked by nobody: a NIK may be anywhere in it.
    text = store.storable((raw or b"").decode(errors="replace"))
    return NIK_ANYWHERE.sub("*" * 16, text)[:_LONGEST]


def _waiting(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    _log.warning("dead letters are waiting", attempt=state.attempt_number, error=repr(error))
