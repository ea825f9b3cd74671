"""The notifier's settings: who hears, over which channel, and how long an alert waits first."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from services.notifier.cases import Channel
from shared.settings import Settings


class NotifierSettings(Settings):
    """A channel without a recipient is off."""

    settle_seconds: float = Field(validation_alias="PATUH_ALERT_SETTLE_SECONDS", default=30, ge=0)
    settle_longest_seconds: float = Field(
        validation_alias="PATUH_ALERT_SETTLE_LONGEST_SECONDS", default=600, ge=0
    )
    console_url: str = Field(validation_alias="PATUH_CONSOLE_URL", default="http://localhost:8000")
    alert_email: str | None = Field(validation_alias="PATUH_ALERT_EMAIL", default=None)
    smtp_host: str = Field(validation_alias="PATUH_SMTP_HOST", default="localhost")
    smtp_port: int = Field(validation_alias="PATUH_SMTP_PORT", default=25)
    smtp_sender: str = Field(validation_alias="PATUH_SMTP_SENDER", default="patuh@localhost")
    smtp_tls: bool = Field(validation_alias="PATUH_SMTP_TLS", default=False)
    smtp_username: str | None = Field(validation_alias="PATUH_SMTP_USERNAME", default=None)
    smtp_password: SecretStr | None = Field(validation_alias="PATUH_SMTP_PASSWORD", default=None)
    webhook_url: str | None = Field(validation_alias="PATUH_WEBHOOK_URL", default=None)
    webhook_secret: SecretStr | None = Field(validation_alias="PATUH_WEBHOOK_SECRET", default=None)
    webhook_allow_private: bool = Field(validation_alias="PATUH_WEBHOOK_ALLOW_PRIVATE", default=False)

    @model_validator(mode="after")
    def _a_webhook_is_signed(self) -> Self:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("PATUH_WEBHOOK_URL needs PATUH_WEBHOOK_SECRET: every webhook is signed")
        return self

    @property
    def recipients(self) -> dict[Channel, str]:
        """Who hears of a new flag, by channel."""
        found: dict[Channel, str | None] = {"email": self.alert_email, "webhook": self.webhook_url}
        return {channel: recipient for channel, recipient in found.items() if recipient}
