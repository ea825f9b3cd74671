"""A service's timer: lets what falls due come due, in transactions of its own, while the service lives."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from shared import logging
from shared.consuming import Work
from shared.failure import is_infrastructure

_SECONDS = 5.0
_log = logging.get(__name__)
OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


async def run_timer(on_timer: Callable[[Work], Awaitable[int]], open_work: OpenWork) -> None:
    """Call `on_timer`, which says how much there was to do, until cancelled; pause when there was nothing.

    An outage of the broker or the database is waited out. Any other error ends it: a fault of ours.
    """
    while True:
        try:
            async with open_work() as work:
                done = await on_timer(work)
        except Exception as error:
            if not is_infrastructure(error):
                raise
            _log.warning("timer is waiting", error=str(error))
            done = 0
        if not done:
            await asyncio.sleep(_SECONDS)
