"""What HTTP and the bindings of CloudEvents ask of `/v1/events` beside its answers."""

import json

import pytest

from shared import topics
from tests.service.gateway_stage import Agency, agency, completed
from tests.service.parts import Stream, kafka, stream
from tests.service.test_gateway_answers import name, problem

__all__ = ["agency", "kafka", "stream"]


async def test_permission_to_deliver_is_asked_with_options(agency: Agency) -> None:
    asked = {"WebHook-Request-Origin": "events.sipp.example.id", "WebHook-Request-Rate": "60"}
    refused = await agency.client.options("/v1/events", headers=asked)
    assert problem(refused, 405) == []
    assert refused.headers["allow"] == "POST, OPTIONS"
    assert "webhook-allowed-origin" not in refused.headers
    assert problem(await agency.client.options("/v1/events"), 400) == []


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_another_method_is_405(agency: Agency, method: str) -> None:
    answer = await agency.client.request(method, "/v1/events")
    assert problem(answer, 405) == []
    assert answer.headers["allow"] == "POST, OPTIONS"


async def test_a_key_in_the_address_is_no_key(agency: Agency) -> None:
    answer = await agency.client.post(f"/v1/events?access_token={agency.key}", content=b"[]")
    assert problem(answer, 401) == []


async def test_a_header_that_is_sent_twice_is_400(agency: Agency) -> None:
    event = completed(name())
    data = json.dumps(event.pop("data")).encode()
    said = [(f"ce-{attribute}", value) for attribute, value in event.items()]
    said += [("ce-id", "another"), ("authorization", f"Bearer {agency.key}")]
    answer = await agency.client.post(
        "/v1/events", content=data, headers=[*said, ("content-type", "application/json")]
    )
    assert problem(answer, 400)[0]["field"] == "ce-id"


async def test_a_batch_of_two_versions_is_400(agency: Agency, stream: Stream) -> None:
    answer = await agency.batch([completed(name()), completed(name(), specversion="0.3")])
    assert problem(answer, 400)[0]["field"] == "specversion"
    assert await stream.count(topics.PROJECTS) == 0
