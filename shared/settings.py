"""Settings of a service, read from the environment. No default holds a secret."""

from datetime import date
from functools import cached_property

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.clock import Clock, FixedClock, SystemClock
from shared.database import with_driver


class Settings(BaseSettings):
    """What every service needs. `service` is its name, its database and its consumer group."""

    # A variable that is empty is not set: so a compose file can name all that may be.
    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, populate_by_name=True, env_ignore_empty=True
    )

    service: str = Field(validation_alias="PATUH_SERVICE", default="patuh")
    kafka_bootstrap_servers: str = Field(validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    database_url: SecretStr = Field(validation_alias="DATABASE_URL")
    idempotent_producer: bool = Field(validation_alias="PATUH_IDEMPOTENT_PRODUCER", default=True)
    create_topics: bool = Field(validation_alias="PATUH_CREATE_TOPICS", default=True)
    replication: int = Field(validation_alias="PATUH_REPLICATION", default=1, ge=1)
    fixed_today: date | None = Field(validation_alias="PATUH_TODAY", default=None)
    batch_records: int | None = Field(validation_alias="PATUH_BATCH_RECORDS", default=None, ge=1)
    max_consecutive_invalid: int = Field(validation_alias="PATUH_MAX_CONSECUTIVE_INVALID", default=1000, ge=1)
    log_level: str = Field(validation_alias="PATUH_LOG_LEVEL", default="INFO")

    def database(self) -> str:
        """The URL of this service's own database: `{service}` in DATABASE_URL stands for its name."""
        url = self.database_url.get_secret_value().replace("{service}", self.service)
        return with_driver(url)

    @cached_property
    def clock(self) -> Clock:
        """The machine's clock, or a fixed day for demonstrations and tests."""
        return FixedClock(self.fixed_today) if self.fixed_today else SystemClock()
