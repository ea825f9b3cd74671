"""One sample city for the tests that only look at it."""

from collections.abc import Iterator

import pytest

from tests.e2e.city import SampleCity, start_city


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleCity]:
    """The city, sent once and settled."""
    started = start_city(tmp_path_factory.mktemp("city"))
    try:
        tally = started.send()
        assert (tally.duplicates, tally.rejected) == (0, 0)
        started.located.settle(300)
        yield started
    finally:
        started.running.stack.stop()
