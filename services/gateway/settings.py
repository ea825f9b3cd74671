"""Settings of the gateway."""

from pydantic import Field, SecretStr

from shared.settings import Settings


class GatewaySettings(Settings):
    """`worker_ref_key`: the secret under which NIK become references; nobody else holds it.

    `publish_seconds`: how long a request waits for Kafka before it is answered 503.
    """

    worker_ref_key: SecretStr = Field(validation_alias="PATUH_WORKER_REF_KEY", min_length=32)
    max_body_bytes: int = Field(validation_alias="PATUH_MAX_BODY_BYTES", default=5_000_000, ge=1)
    max_batch_events: int = Field(validation_alias="PATUH_MAX_BATCH_EVENTS", default=2000, ge=1)
    publish_seconds: float = Field(validation_alias="PATUH_PUBLISH_SECONDS", default=10.0, gt=0)
