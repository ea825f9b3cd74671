"""docs/integrate.md: every example, in its order, as it stands, on a real stack."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from tests.service.contracts_stage import Application, application

__all__ = ["application"]

PAGE = Path(__file__).parents[2] / "docs" / "integrate.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_RUN = {"sh", "python"}


@dataclass(frozen=True)
class Example:
    """A block that is run, and the block after it when that shows what it answers."""

    language: str
    code: str
    shown: tuple[str, str] | None

    @property
    def only_asks(self) -> bool:
        """Whether it may be run again until the services have caught up."""
        return self.code.startswith("curl") and " -d " not in self.code


def examples(page: str) -> list[Example]:
    """The examples of a page. A block of another language must follow one that is run."""
    return list(_paired(_BLOCK.findall(page)))


def _paired(blocks: list[tuple[str, str]]) -> Iterator[Example]:
    for (language, code), after in zip(blocks, [*blocks[1:], None], strict=True):
        if language in _RUN:
            yield Example(language, code, after if after and after[0] not in _RUN else None)


def holds(shown: Any, answered: Any) -> bool:
    """Whether an answer says at least what is shown: the page leaves out what does not matter."""
    if isinstance(shown, dict) and isinstance(answered, dict):
        return all(name in answered and holds(value, answered[name]) for name, value in shown.items())
    if isinstance(shown, list) and isinstance(answered, list):
        return len(shown) == len(answered) and all(map(holds, shown, answered))
    return bool(shown == answered)


class Reader:
    """Somebody who tries everything on the page, in one shell after another with the same variables."""

    def __init__(self, application: Application) -> None:
        self._application, self._environment = application, application.environment()

    def try_out(self, example: Example) -> None:
        """Run an example; AssertionError when it fails or answers something else than the page shows."""
        patience = stop_after_delay(60 if example.only_asks else 0)
        trying = Retrying(
            stop=patience, wait=wait_fixed(0.5), retry=retry_if_exception_type(AssertionError), reraise=True
        )
        trying(self._try, example)

    def _try(self, example: Example) -> None:
        said = self._run(example)
        if example.shown is None:
            return
        language, text = example.shown
        if language == "json":
            answered = json.loads(said)
            assert holds(json.loads(text), answered), (
                f"{example.code}\nanswered {json.dumps(answered)[:2000]}"
            )
        else:
            assert text.strip() in said, f"{example.code}\nanswered {said}"

    def _run(self, example: Example) -> str:
        code = self._application.here(example.code)
        state = self._application.folder / "variables"
        after = f"\nset +x; export -p > {state}"
        words = ["bash", "-euc", code + after] if example.language == "sh" else [sys.executable, "-c", code]
        folder = self._application.folder
        done = subprocess.run(
            words, env=self._environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, f"{example.code}\n{done.stderr[-2000:]}"
        if example.language == "sh":
            self._environment |= _exported(state.read_text())
        return done.stdout


def _exported(text: str) -> dict[str, str]:
    """What a block exported for the next ones."""
    return dict(re.findall(r'^declare -x (KEY)="([^"]*)"$', text, re.MULTILINE))


def test_every_example_on_the_page_works(application: Application) -> None:
    found = examples(PAGE.read_text())
    assert {one.language for one in found} == _RUN
    assert len(found) > 10
    assert sum(one.shown is not None for one in found) > 7
    reader = Reader(application)
    for example in found:
        reader.try_out(example)


def test_an_example_that_lies_is_noticed(application: Application) -> None:
    page = '```sh\necho \'{"accepted": 1}\'\n```\n\n```json\n{"accepted": 2}\n```\n\n```sh\nfalse\n```\n'
    reader = Reader(application)
    for example in examples(page):
        try:
            reader.try_out(example)
        except AssertionError:
            continue
        raise AssertionError(f"taken for right: {example.code}")
