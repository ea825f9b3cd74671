"""Sends CloudEvents to the gateway in batches, as a stream: memory does not grow with their number."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt

from patuh.answers import Answered, Refused, TryAgain, read_answer
from patuh.answers import Refusal as Refusal
from patuh.answers import Tally as Tally

Event = dict[str, Any]
_BATCH = "application/cloudevents-batch+json"


class SendingFailed(Exception):
    """The gateway could not be reached or refused a whole request; `tally` is what it answered before."""

    def __init__(self, reason: str, tally: Tally) -> None:
        super().__init__(f"{reason} ({tally.read} events were answered before)")
        self.tally = tally


OnReject = Callable[[Event, Refusal], None]
OnProgress = Callable[[Tally], None]
OnTaken = Callable[[Sequence[Event]], None]


@dataclass(frozen=True)
class Gateway:
    """Where to send (`url` without `/v1/events`), as whom, and how hard to try.

    Pauses between tries double from `first_pause` seconds up to `longest_pause`; a `Retry-After`
    of the gateway is honoured up to `longest_pause`.
    """

    url: str
    key: str = field(repr=False)
    batch_size: int = 500
    concurrency: int = 4
    tries: int = 8
    first_pause: float = 0.5
    longest_pause: float = 60.0
    timeout: float = 30.0

    def client(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": _BATCH}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=self.timeout)

    def pause(self, state: RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        asked = failure.retry_after if isinstance(failure, TryAgain) else None
        doubled: float = self.first_pause * 2 ** (state.attempt_number - 1)
        return min(self.longest_pause, doubled if asked is None else asked)


def _nothing(*_: object) -> None: ...


def send_all(
    events: Iterable[Event],
    *,
    gateway: Gateway,
    on_reject: OnReject = _nothing,
    on_progress: OnProgress = _nothing,
    on_taken: OnTaken = _nothing,
) -> Tally:
    """`send` for callers without an event loop."""
    sending = send(events, gateway=gateway, on_reject=on_reject, on_progress=on_progress, on_taken=on_taken)
    return asyncio.run(sending)


async def send(
    events: Iterable[Event] | AsyncIterable[Event],
    *,
    gateway: Gateway,
    on_reject: OnReject = _nothing,
    on_progress: OnProgress = _nothing,
    on_taken: OnTaken = _nothing,
) -> Tally:
    """Send every event and say what became of them.

    At most `gateway.concurrency` batches are under way, so at most that many are in memory. `on_reject`
    hears of each event not taken, `on_taken` of those of a batch that were (now or before), `on_progress` the
    tally after each batch. Raises SendingFailed when a
    request fails for good; what was sent before stays sent, and sending it again is harmless.
    """
    async with gateway.client() as client:
        stream = events if isinstance(events, AsyncIterable) else _one_by_one(events)
        sending = _Sending(
            gateway, client, _batches(stream, gateway.batch_size), on_reject, on_progress, on_taken
        )
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(gateway.concurrency):
                    group.create_task(sending.work())
        except BaseExceptionGroup as failures:
            raise sending.failure(failures) from None
    return sending.tally


async def _one_by_one(events: Iterable[Event]) -> AsyncIterator[Event]:
    for event in events:
        yield event


async def _batches(events: AsyncIterable[Event], size: int) -> AsyncIterator[list[Event]]:
    batch: list[Event] = []
    async for event in events:
        batch.append(event)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


@dataclass
class _Sending:
    gateway: Gateway
    client: httpx.AsyncClient
    batches: AsyncIterator[list[Event]]
    on_reject: OnReject
    on_progress: OnProgress
    on_taken: OnTaken
    tally: Tally = field(default_factory=Tally)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def work(self) -> None:
        while batch := await self._next_batch():
            tally, refusals = await self._deliver(batch)
            self.tally += tally
            for refusal in refusals:
                self.on_reject(batch[refusal.index], refusal)
            refused = {refusal.index for refusal in refusals}
            self.on_taken([event for index, event in enumerate(batch) if index not in refused])
            self.on_progress(self.tally)

    async def _next_batch(self) -> list[Event] | None:
        async with self.turn:
            return await anext(self.batches, None)

    async def _deliver(self, batch: Sequence[Event]) -> Answered:
        body = msgspec.json.encode(batch)
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self.gateway.tries),
            wait=self.gateway.pause,
            retry=retry_if_exception_type(TryAgain),
            reraise=True,
        )
        return await retrying(self._post, body, len(batch))

    async def _post(self, body: bytes, size: int) -> Answered:
        try:
            response = await self.client.post("/v1/events", content=body)
        except httpx.UnsupportedProtocol as error:
            raise Refused("the address of the gateway starts with http:// or https://") from error
        except httpx.TransportError as error:
            raise TryAgain(f"the gateway cannot be reached: {error or type(error).__name__}") from error
        return read_answer(response, size)

    def failure(self, failures: BaseExceptionGroup) -> BaseException:
        """The failure that stopped the work; the others are its consequences."""
        first = failures.exceptions[0]
        if isinstance(first, TryAgain):
            return SendingFailed(f"gave up after {self.gateway.tries} tries: {first}", self.tally)
        return SendingFailed(str(first), self.tally) if isinstance(first, Refused) else first
