"""Who is told that it may deliver here, and how often."""

import pytest
from pydantic import SecretStr

from services.gateway.handshake import permission
from services.gateway.refusals import Refusal
from services.gateway.settings import GatewaySettings

ORIGIN = "events.sipp.example.id"


def settings(origins: str) -> GatewaySettings:
    return GatewaySettings(
        kafka_bootstrap_servers="nowhere",
        database_url=SecretStr("postgresql://nowhere"),
        worker_ref_key=SecretStr("a key of tests, at least 32 characters long"),
        webhook_origins=origins,
        webhook_rate=120,
    )


def asked(origins: str, **headers: str) -> dict[str, str]:
    return permission({name.replace("_", "-"): said for name, said in headers.items()}, settings(origins))


@pytest.mark.parametrize("origins", ["*", ORIGIN, f"other.example, {ORIGIN.upper()}"])
@pytest.mark.parametrize(("rate", "granted"), [(None, "120"), ("*", "120"), ("60", "60"), ("9999", "120")])
def test_a_sender_that_is_named_may_deliver(origins: str, rate: str | None, granted: str) -> None:
    told = {"webhook_request_rate": rate} if rate else {}
    assert asked(origins, webhook_request_origin=ORIGIN, **told) == {
        "Allow": "POST, OPTIONS",
        "WebHook-Allowed-Origin": ORIGIN,
        "WebHook-Allowed-Rate": granted,
    }


def test_no_callback_is_called() -> None:
    callback = "http://169.254.169.254/confirm"
    assert asked("*", webhook_request_origin=ORIGIN, webhook_request_callback=callback)


@pytest.mark.parametrize("origins", ["", "other.example", "sipp.example.id"])
def test_others_may_not(origins: str) -> None:
    with pytest.raises(Refusal) as refused:
        asked(origins, webhook_request_origin=ORIGIN)
    assert refused.value.status == 405


@pytest.mark.parametrize("origin", ["", "https://a.example", "a b", "a\r\nX: y", "*", "." * 300])
def test_who_does_not_say_its_name_is_told_to(origin: str) -> None:
    with pytest.raises(Refusal) as refused:
        asked("*", webhook_request_origin=origin)
    assert refused.value.status == 400


@pytest.mark.parametrize("rate", ["0", "-1", "1.5", "many", "٣"])
def test_a_rate_is_a_number(rate: str) -> None:
    with pytest.raises(Refusal) as refused:
        asked("*", webhook_request_origin=ORIGIN, webhook_request_rate=rate)
    assert refused.value.status == 400
