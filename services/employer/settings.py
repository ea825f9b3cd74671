"""Settings of the employer service beside those of every service."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import Settings


class EmployerSettings(Settings):
    """`registry_url`: the registry's HTTP side, asked what was known of coverage at an instant.
    `clearance_key`: the Ed25519 private key that signs clearances, as JWK or PEM; without it none is given.

    `clearance_old_keys`: public keys of before, as JWKS or PEM, under which clearances still stand.
    `clearance_url`: where readers of a printed clearance reach this service; by default where it was asked.
    """

    model_config = SettingsConfigDict(hide_input_in_errors=True)

    registry_url: str | None = Field(validation_alias="PATUH_REGISTRY_URL", default=None)
    clearance_key: SecretStr | None = Field(validation_alias="PATUH_CLEARANCE_KEY", default=None)
    clearance_old_keys: str | None = Field(validation_alias="PATUH_CLEARANCE_OLD_KEYS", default=None)
    clearance_url: str | None = Field(
        validation_alias="PATUH_CLEARANCE_URL", default=None, pattern=r"^https?://[^\s?#]+$"
    )
