"""`patuh watch` and `patuh pull` as a user runs them: what is wrong is said in one line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from patuh.cli.app import app
from patuh.importing.feeds.pulling import Puller, what
from tests.unit.feeding import Place, feed, place_at

CONFIG = "feeds: [{name: spse, url: 'http://127.0.0.1:9/x', format: ocds, source: 'urn:x', every: 15m}]"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, words)), env={"PATUH_KEY": "", "PATUH_DATA": ""})


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.yaml"
    path.write_text(CONFIG)
    return path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "ocds"], "both --format and --source"),
        (["--format", "xls", "--source", "urn:x"], "is none of cloudevents"),
        (["--format", "ocds", "--source", "urn:x"], "--key (or PATUH_KEY) is needed"),
        (["--config", "none.yaml"], "No such file"),
    ],
)
def test_watch_says_what_is_wrong(tmp_path: Path, words: list[str], said: str) -> None:
    result = run("watch", tmp_path, *words)
    assert result.exit_code == 1
    assert said in " ".join(result.stderr.split())


def test_watch_needs_the_folder(tmp_path: Path) -> None:
    result = run("watch", tmp_path / "none", "--format", "ocds", "--source", "urn:x", "--key", "k")
    assert "no such folder" in result.stderr


def test_pull_needs_feeds_and_a_key(tmp_path: Path, config: Path) -> None:
    assert "--key (or PATUH_KEY) is needed" in run("pull", "--config", config).stderr
    config.write_text("files: []")
    assert "`feeds` is empty" in " ".join(run("pull", "--config", config).stderr.split())
    config.write_text("feeds: 3")
    assert run("pull", "--config", config).exit_code == 1


def test_pull_once_ends_with_status_1_when_a_feed_fails(tmp_path: Path, config: Path) -> None:
    result = run("pull", "--config", config, "--once", "--key", "k", "--data", tmp_path / "data")
    assert result.exit_code == 1
    assert "spse: failed: refused: the host has an address that is not public" in result.stdout


def test_the_status_of_each_feed_is_shown(tmp_path: Path, config: Path) -> None:
    assert "nothing was pulled yet" in run("pull", "--config", config, "--status", "--data", tmp_path).stderr
    place = place_at(tmp_path)
    _stand(place)
    shown = run("pull", "--config", config, "--status", "--data", tmp_path)
    assert "spse" in shown.stdout
    assert "the server answered 500" in shown.stdout
    told = json.loads(run("pull", "--config", config, "--status", "--json", "--data", tmp_path).stdout)
    assert (told["spse"]["failures"], told["spse"]["error"]) == (1, "the server answered 500")
    assert "s3cret" not in json.dumps(told)


def _stand(place: Place) -> None:
    puller: Puller = place.puller()
    known = feed("http://127.0.0.1:9/x", format="ocds", source="urn:x", every="15m")
    progress = puller.checkpoint.progress("spse", what(known))
    progress.failures, progress.error, progress.cursor = 1, "the server answered 500", "s3cret"
    puller.checkpoint.put_progress("spse", progress)
