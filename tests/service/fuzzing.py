"""Requests that schemathesis makes up from an OpenAPI document, right and wrong ones, and what came of them.

What it makes up for the door would mostly end at the first thing that is wrong. So each body is also sent
cut short, and each attribute and each field of it once more in an event that is right but for this one.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from patuh.schemas import FOLDER
from shared.events import types

_CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_ROUND = 250
_BY_TYPE = {
    kind.name: json.loads((FOLDER / "examples" / f"{kind.short}.json").read_text())
    for kind in types.FACTS.values()
}
_EXAMPLES = list(_BY_TYPE.values())
_SECONDS = 30


@dataclass
class Tried:
    """How many requests were made, how they were answered, and each finding once with a way to repeat it."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    findings: dict[str, str] = field(default_factory=dict)


class Fuzzer:
    """Tries the operations of a service below `/v1`, but for the stream, which never ends."""

    def __init__(self, url: str, headers: dict[str, str] | None = None, source: str | None = None) -> None:
        told = requests.get(f"{url}/openapi.json", timeout=_SECONDS).json()
        document = schemathesis.openapi.from_dict(_smaller(told))
        found: Iterator[Any] = (one.ok() for one in _each(document))
        self._operations = [one for one in found if one.path.startswith("/v1") and one.path != "/v1/stream"]
        self._url, self._source, self._session = url, source, requests.Session()
        self._session.headers.update(headers or {})
        self.tried = Tried()

    def run(self, wanted: int, seed: int = 1) -> Tried:
        """Make at least `wanted` requests, the same ones for the same seed."""
        while self.tried.requests < wanted:
            before = self.tried.requests
            for operation in self._operations:
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    self._some(operation, mode, seed, min(_ROUND, max(10, wanted // 10)))
            seed += 1
            assert self.tried.requests > before, "nothing more could be made up"
        return self.tried

    def _some(self, operation: Any, mode: GenerationMode, seed: int, most: int) -> None:
        quiet = hypothesis.settings(
            max_examples=most,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )

        @hypothesis.seed(seed)
        @quiet
        @given(case=operation.as_strategy(generation_mode=mode))
        def one_request(case: Case[Any]) -> None:
            self._try(case)

        try:
            one_request()
        except hypothesis.errors.Unsatisfiable:
            return  # there is nothing wrong to say to an operation without parameters

    def _try(self, case: Case[Any]) -> None:
        self._send(case)
        if self._source and isinstance(case.body, dict | list):
            text = json.dumps(case.body).encode()
            self._post(text[: len(text) * 2 // 3], case.media_type or "")
            for event in _grafted(case.body, self._source, self.tried.requests):
                self._post(json.dumps(event).encode(), "application/cloudevents+json")

    def _post(self, body: bytes, media_type: str) -> None:
        headers = {"content-type": media_type}
        answer = self._session.post(f"{self._url}/v1/events", data=body, headers=headers, timeout=_SECONDS)
        self._count(answer.status_code)
        if answer.status_code >= 500:
            self.tried.findings[f"{answer.status_code} for {media_type}"] = repr(body)

    def _count(self, status: int) -> None:
        self.tried.requests += 1
        self.tried.statuses[status] += 1

    def _send(self, case: Case[Any]) -> None:
        response = case.call(base_url=self._url, session=self._session, timeout=_SECONDS)
        self._count(response.status_code)
        try:
            case.validate_response(response, checks=_CHECKS)
        except (Failure, FailureGroup) as found:
            for one in getattr(found, "exceptions", [found]):
                name = f"{case.method} {case.operation.path} {response.status_code}: {one.title}"
                self.tried.findings.setdefault(name, f"{one}\n{case.as_curl_command()[:1500]}")


def _each(document: Any) -> Iterator[Any]:
    yield from document.get_all_operations()


def _smaller(document: dict[str, Any]) -> dict[str, Any]:
    """The same with batches of three: making up large ones takes most of the time."""
    post = document["paths"].get("/v1/events", {}).get("post", {}).get("requestBody")
    if post:
        post["content"]["application/cloudevents-batch+json"]["schema"]["maxItems"] = 3
    return document


def _grafted(body: Any, source: str, number: int) -> Iterator[dict[str, Any]]:
    """For every attribute and field in `body`: an example of its type that has this from there."""
    for event in body if isinstance(body, list) else [body]:
        if not isinstance(event, dict):
            continue
        kind = event.get("type")
        right = _BY_TYPE.get(str(kind), _EXAMPLES[number % len(_EXAMPLES)])
        right = right | {"source": source, "id": f"grafted-{number}"}
        for name in event.keys() - {"source"}:
            yield right | {name: event[name]}
        data = event.get("data")
        for name, value in (data if isinstance(data, dict) else event).items():
            yield right | {"data": right["data"] | {name: value}}
