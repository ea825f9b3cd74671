"""The official CloudEvents conformance cases of the JSON format, at the gateway's intake.

What we ask beside the standard (a subject, a time, a known type) is asked later, in screening.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from services.gateway.bulk import Told
from services.gateway.formats import NoBatchError, read
from services.gateway.intake import open_member
from shared.events import BadEvent

SAMPLES = Path(os.environ.get("PATUH_SAMPLE_DATA", Path(__file__).parents[3] / "shared" / "data"))
CASES = SAMPLES / "cloudevents" / "conformance" / "format" / "json"
if not CASES.is_dir():
    pytest.skip("CloudEvents conformance cases not beside the project", allow_module_level=True)


def cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.json")):
        suite = json.loads(path.read_text())
        for case in suite["tests"]:
            kind = case.get("testType", suite["testType"])
            found.append(pytest.param(kind, case, id=case["id"]))
    return found


def accepted(kind: str, case: dict[str, Any]) -> bool:
    mode = "-batch" if kind.endswith("Batch") else ""
    body = json.dumps(case["batch" if mode else "event"]).encode()
    try:
        members, _ = read(f"application/cloudevents{mode}+json", {}, body)
        for member in members:
            if not isinstance(member, Told):
                open_member(member)
    except (BadEvent, NoBatchError):
        return False
    return True


@pytest.mark.parametrize(("kind", "case"), cases())
def test_valid_is_accepted_and_invalid_is_refused(kind: str, case: dict[str, Any]) -> None:
    assert accepted(kind, case) is kind.startswith("Valid")
