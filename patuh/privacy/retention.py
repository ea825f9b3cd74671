"""What is kept no longer than it is needed (UU 27/2022 art. 42-44): rows of the gateway by their age.

The days are settings, because the schedule is the controller's to fix; the defaults are a proposal.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from patuh.privacy.custody import Custody
from shared import topics
from shared.database import Database

_AT_ONCE = 10_000


class RetentionSettings(BaseSettings):
    """Days after which a row is deleted.

    `taken`: which events the gateway took (a later repetition is then told from a fact by the consumers).
    `audit`: refusals. `vault`: persons whom no event named for so long. `vault_audit`: who looked whom up.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    taken_days: int = Field(validation_alias="PATUH_KEEP_TAKEN_DAYS", default=400, ge=1)
    audit_days: int = Field(validation_alias="PATUH_KEEP_AUDIT_DAYS", default=730, ge=1)
    vault_days: int = Field(validation_alias="PATUH_KEEP_VAULT_DAYS", default=1095, ge=1)
    vault_audit_days: int = Field(validation_alias="PATUH_KEEP_VAULT_AUDIT_DAYS", default=1825, ge=1)


@dataclass(frozen=True)
class Aged:
    """Rows of a table that are older than `days`: how many there are, or were."""

    table: str
    days: int
    rows: int


def _limits(settings: RetentionSettings) -> tuple[tuple[str, str, int], ...]:
    return (
        ("taken", "taken_at < $1::timestamptz", settings.taken_days),
        ("audit", "at < $1::timestamptz", settings.audit_days),
        ("vault", "last_seen < ($1::timestamptz AT TIME ZONE 'Asia/Jakarta')::date", settings.vault_days),
        ("vault_audit", "at < $1::timestamptz", settings.vault_audit_days),
    )


async def retain(custody: Custody, settings: RetentionSettings, dry_run: bool) -> list[Aged]:
    """Delete what is older than the settings say, or only count it. Raises DBAPIError."""
    now, found = custody.settings.clock.now(), []
    async with custody.database() as database:
        for table, old, days in _limits(settings):
            before = now - timedelta(days=days)
            count = await (_count if dry_run else _delete)(database, table, old, before)
            found.append(Aged(table, days, count))
    return found


async def _count(database: Database, table: str, old: str, before: datetime) -> int:
    async with database.transaction() as transaction:
        return int((await transaction.rows(f"SELECT count(*) FROM {table} WHERE {old}", before))[0][0])


async def _delete(database: Database, table: str, old: str, before: datetime) -> int:
    """Some thousand rows a transaction, so that the door is not kept waiting."""
    sql = (
        f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} WHERE {old} LIMIT {_AT_ONCE})) "
        "RETURNING 1"
    )
    count = 0
    while True:
        async with database.transaction() as transaction:
            gone = len(await transaction.rows(sql, before))
        count += gone
        if gone < _AT_ONCE:
            return count


async def of_topics(bootstrap: str) -> dict[str, str]:
    """How long each topic keeps its records, as the broker is configured. Raises KafkaError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        known = set(await admin.list_topics())
        names = [topic.name for topic in topics.ALL if topic.name in known]
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        answers = await admin.describe_configs(resources) if names else []
    finally:
        await admin.close()
    configured = {r[3]: {c[0]: c[1] for c in r[4]} for answer in answers for r in answer.resources}
    return {name: _words(configured.get(name, {}), ("cleanup.policy", "retention.ms")) for name in names}


def _words(config: dict[str, str], names: Collection[str]) -> str:
    policy, kept = (config.get(name, "?") for name in names)
    if policy == "compact":
        return "compacted: the newest of each key"
    if not kept.isdigit():
        return "for good" if kept == "-1" else "unknown"
    return f"{int(kept) // 86_400_000} days"
