"""Webhooks are signed as Standard Webhooks says, and go to the open internet only."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from services.notifier.channels.addresses import PrivateAddress, is_public, resolve
from services.notifier.channels.webhook import payload, signed
from services.notifier.store import Due
from tests.unit.test_notifier_letter_parts import AT_STAKE
from tests.unit.test_notifier_letters import CONSOLE, FLAG

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the published test vector's
AT = datetime.fromtimestamp(1614265330, UTC)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=7))])
def test_the_signature_is_that_of_the_published_vector(zone: timezone) -> None:
    headers = signed(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", AT.astimezone(zone), b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_the_payload_tells_the_cost_and_no_more_than_is_needed() -> None:
    state = replace(FLAG, exposure=AT_STAKE, uncovered_worker_days=180)
    sent = payload(Due(UUID(int=1), "raised", "nobody", AT, UUID(int=2), state, AT), CONSOLE)
    body = msgspec.json.decode(sent)
    assert body["type"] == "flag.raised"
    assert body["data"].keys() == {
        *("case_id", "flag_id", "subject", "code", "status", "level", "since", "due", "law", "reason", "url"),
        *("workers", "amount_idr", "uncovered_working_days", "uncovered_worker_days", "exposure"),
    }
    assert (body["data"]["level"], body["data"]["uncovered_worker_days"]) == ("violation", 180)
    assert body["data"]["exposure"] == msgspec.to_builtins(AT_STAKE)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.1.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "ff0e::1",
    ],
)
def test_addresses_off_the_open_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_on_the_open_internet(address: str) -> None:
    assert is_public(address)


async def test_a_private_host_is_refused_unless_allowed() -> None:
    with pytest.raises(PrivateAddress):
        await resolve("127.0.0.1", 80, allow_private=False)
    assert await resolve("127.0.0.1", 80, allow_private=True) == "127.0.0.1"
