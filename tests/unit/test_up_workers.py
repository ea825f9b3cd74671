"""`patuh up --workers`: what can be asked for, and what is refused with the reason."""

import pytest
import typer

from patuh.cli.up import read_workers


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([], {}),
        (["registry=2"], {"registry": 2}),
        (["registry=2,employer=1"], {"registry": 2, "employer": 1}),
    ],
)
def test_processes_of_a_service(asked: list[str], found: dict[str, int]) -> None:
    assert read_workers(asked) == found


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("gateway=2", "one of registry"),
        ("registry", "between 1 and 8"),
        ("registry=0", "between 1 and 8"),
        ("registry=9", "between 1 and 8"),
        ("registry=-1", "between 1 and 8"),
        ("registry=²", "between 1 and 8"),
    ],
)
def test_what_cannot_be_is_refused(asked: str, said: str) -> None:
    with pytest.raises(typer.BadParameter, match=said):
        read_workers([asked])
