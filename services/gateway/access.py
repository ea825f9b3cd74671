"""Who is asking, and whether it may: the answer before any event is looked at."""

from services.gateway.keys import Agency, Keys
from services.gateway.later import Later
from services.gateway.refusals import Refusal, Rejected
from shared.clock import Clock
from shared.database import Database


class Access:
    """The keys, what each may still send, and the audit of what was refused."""

    def __init__(self, database: Database, later: Later, clock: Clock) -> None:
        self._database, self._later, self._clock = database, later, clock
        self._keys = Keys()

    async def agency(self, authorization: str | None, remote: str) -> Agency:
        """The agency that an Authorization header speaks for. Raises Refusal (401)."""
        async with self._database.transaction() as transaction:
            agency = await self._keys.agency(transaction, authorization)
        if agency is None:
            raise Refusal(401, "send `Authorization: Bearer <key>`")
        return agency

    def admit(self, agency: Agency, events: int, remote: str) -> None:
        """Count `events` against the limits of the key. Raises Refusal (429)."""

    def refused(self, agency: Agency, rejected: list[Rejected], remote: str) -> None:
        """Keep a record of members that were outside the scope of the key."""
