"""schemathesis against the running services: no request, right or wrong, gets a 5xx.

Always some hundred requests of fixed seeds; PATUH_FUZZ_REQUESTS=10000 asks the gateway for more.
"""

import os

import pytest

from tests.service.contracts_stage import SOURCE, Application, application
from tests.service.fuzzing import Fuzzer, Tried

__all__ = ["application"]

REQUESTS = int(os.environ.get("PATUH_FUZZ_REQUESTS", "600"))
OTHERS = ["registry", "employer", "notifier", "console"]


def _no_fault(tried: Tried) -> None:
    faults = {status: n for status, n in tried.statuses.items() if status >= 500}
    assert not faults, tried.findings


def test_the_door_never_fails_and_answers_as_documented(application: Application) -> None:
    before = application.pids()
    headers = {"authorization": f"Bearer {application.key()}"}
    tried = Fuzzer(application.urls["gateway"], headers, SOURCE).run(REQUESTS)
    print(f"{tried.requests} requests: {dict(tried.statuses)}")
    _no_fault(tried)
    assert tried.findings == {}
    assert {202, 400} <= tried.statuses.keys()
    assert application.pids() == before
    # What got through is read by every service; nothing stops at it.
    application.settle()


@pytest.mark.parametrize("service", OTHERS)
def test_no_question_makes_a_service_fail(application: Application, service: str) -> None:
    before = application.pids()
    tried = Fuzzer(application.urls[service]).run(max(100, REQUESTS // 10))
    _no_fault(tried)
    assert application.pids() == before
