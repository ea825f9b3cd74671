"""What was known at an instant: facts from the service's own ledger, coverage from the registry's."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

import httpx
import msgspec

from services.employer import store
from services.employer.reassessment import parties_to
from services.employer.subjects import Subject, compose
from shared.database import Transaction
from shared.events.data import CoverageChanged

CoverageKnown = Callable[[Collection[str], datetime], Awaitable[dict[str, CoverageChanged]]]
_SECONDS = 30.0
_decoder = msgspec.json.Decoder(dict[str, CoverageChanged])


class RegistryUnavailable(RuntimeError):
    """The registry, which alone knows earlier coverage, cannot be asked; the message says why."""


def registry_at(url: str | None, transport: httpx.AsyncBaseTransport | None = None) -> CoverageKnown:
    """Asks the registry at `url` for the coverage of subjects as known at an instant."""

    async def coverage_known(subjects: Collection[str], known: datetime) -> dict[str, CoverageChanged]:
        if url is None:
            raise RegistryUnavailable("PATUH_REGISTRY_URL is not set")
        query = {"subject": sorted(subjects), "known": known.isoformat()}
        try:
            async with httpx.AsyncClient(timeout=_SECONDS, transport=transport) as client:
                answer = await client.get(f"{url}/v1/subjects/coverage", params=query)
            return _decoder.decode(answer.raise_for_status().content)
        except httpx.HTTPError as error:
            raise RegistryUnavailable(f"the registry does not answer: {error!r}") from error

    return coverage_known


async def gather_known(
    transaction: Transaction, name: str, known: datetime, coverage_known: CoverageKnown
) -> dict[str, Subject]:
    """The subject, its other names and its contractors as they were known. Raises RegistryUnavailable.

    Of a feed only the days on which it spoke are kept, not when we heard: all of them are taken.
    """
    if name.startswith("feed:"):
        return compose([], [], [], {}, {}, await store.feed_days(transaction, [name]))
    projects = {name} if name.startswith("project:") else set[str]()
    employers = await store.reach(transaction, {name} - projects)
    everyone = await parties_to(transaction, employers, projects)
    facts = await store.facts_known(transaction, everyone | projects, known)
    coverage = await coverage_known(everyone | projects, known)
    return compose(employers, everyone, projects, facts, coverage)
