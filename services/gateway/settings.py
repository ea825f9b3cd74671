"""Settings of the gateway."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from services.gateway.issuer import check_url
from services.gateway.key_versions import key_versions
from shared.settings import Settings

Address = Annotated[str, AfterValidator(check_url)]


class GatewaySettings(Settings):
    """`worker_ref_key`: the secret under which NIK become references (version 1); nobody else holds it.

    `worker_ref_keys`: several by version; the highest makes references. `vault_key` and `vault_keys`: the
    same for the vault, 32 bytes in hexadecimal; without one it keeps nothing.

    `keys_stale_seconds`: how long keys go on while the database, which knows of revocations, is away.
    `jwt_issuer`: an OAuth2 issuer whose tokens for `jwt_audience` are taken beside keys; its public keys are
    at `jwt_jwks_url`, or where its metadata say.

    `publish_seconds`: how long a request waits for Kafka before it is answered 503. `remember_events`:
    of how many events duplicates and conflicts are noticed here, about 100 bytes each; of others consumers
    notice them.

    `webhook_origins`: DNS names, with commas between them, whose senders are told that they may deliver here
    when they ask with OPTIONS; `*` is all, nothing is none. `webhook_rate`: with how many requests a minute.
    """

    # An error must not repeat what was given: it holds the keys.
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    worker_ref_key: SecretStr | None = Field(
        validation_alias="PATUH_WORKER_REF_KEY", default=None, min_length=32
    )
    worker_ref_keys: SecretStr | None = Field(validation_alias="PATUH_WORKER_REF_KEYS", default=None)
    vault_key: SecretStr | None = Field(validation_alias="PATUH_VAULT_KEY", default=None)
    vault_keys: SecretStr | None = Field(validation_alias="PATUH_VAULT_KEYS", default=None)
    max_body_bytes: int = Field(validation_alias="PATUH_MAX_BODY_BYTES", default=5_000_000, ge=1)
    max_batch_events: int = Field(validation_alias="PATUH_MAX_BATCH_EVENTS", default=2000, ge=1)
    publish_seconds: float = Field(validation_alias="PATUH_PUBLISH_SECONDS", default=10.0, gt=0)
    remember_events: int = Field(validation_alias="PATUH_REMEMBER_EVENTS", default=500_000, ge=1)
    webhook_origins: str = Field(validation_alias="PATUH_WEBHOOK_ORIGINS", default="")
    webhook_rate: int = Field(validation_alias="PATUH_WEBHOOK_RATE", default=600, ge=1)
    keys_stale_seconds: float = Field(validation_alias="PATUH_KEYS_STALE_SECONDS", default=300.0, gt=0)
    jwt_issuer: Address | None = Field(validation_alias="PATUH_JWT_ISSUER", default=None)
    jwt_audience: str | None = Field(validation_alias="PATUH_JWT_AUDIENCE", default=None, min_length=1)
    jwt_jwks_url: Address | None = Field(validation_alias="PATUH_JWT_JWKS_URL", default=None)

    @model_validator(mode="after")
    def _has_audience(self) -> "GatewaySettings":
        # Without one a token that the issuer gave for any other service would open this door.
        if self.jwt_issuer and not self.jwt_audience:
            raise ValueError("PATUH_JWT_AUDIENCE: required with PATUH_JWT_ISSUER")
        return self

    @model_validator(mode="after")
    def _has_keys(self) -> "GatewaySettings":
        if not self.reference_keys():
            raise ValueError("PATUH_WORKER_REF_KEY: required (or PATUH_WORKER_REF_KEYS)")
        self.vault_keys_by_version()
        return self

    def reference_keys(self) -> dict[int, str]:
        """The keys of references by version. Raises ValueError."""
        return key_versions(self.worker_ref_key, self.worker_ref_keys, "PATUH_WORKER_REF_KEYS")

    def vault_keys_by_version(self) -> dict[int, str]:
        """The keys of the vault by version; empty when it keeps nothing. Raises ValueError."""
        return key_versions(self.vault_key, self.vault_keys, "PATUH_VAULT_KEYS")
