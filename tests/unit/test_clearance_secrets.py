"""The keys of a data folder: made once, for their owner only, and each given to one service alone."""

import json
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from patuh import running
from patuh.embedded.parts import Parts
from patuh.embedded.stack import SERVICES
from services.employer.clearance.signing import Keyring

WORKER_KEY, CLEARANCE_KEY = "PATUH_WORKER_REF_KEY", "PATUH_CLEARANCE_KEY"
VAULT_KEY = "PATUH_VAULT_KEY"


def test_keys_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    made = running._secrets(tmp_path)
    assert made.keys() == {WORKER_KEY, VAULT_KEY, CLEARANCE_KEY}
    assert running._secrets(tmp_path) == made
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.json"]
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert Keyring.read(SecretStr(made[CLEARANCE_KEY])).kid


def test_a_folder_of_before_keeps_the_key_it_has(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text(json.dumps({WORKER_KEY: "of-before"}))
    made = running._secrets(tmp_path)
    assert made[WORKER_KEY] == "of-before"
    assert running._secrets(tmp_path) == made
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", SERVICES)
def test_each_key_is_given_to_one_service(name: str, tmp_path: Path) -> None:
    dsns = dict.fromkeys(SERVICES, "postgresql://nowhere")
    parts = Parts("", "", "", "", dsns, 0, "", "", ())
    env = running._spec(name, 1, parts, running._secrets(tmp_path)).env
    assert (WORKER_KEY in env, CLEARANCE_KEY in env) == (name == "gateway", name == "employer")
    assert (VAULT_KEY in env) == (name == "gateway")
