"""Sends CloudEvents to the gateway in batches, as a stream: memory does not grow with their number."""

import asyncio
import email.utils
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt

Event = dict[str, Any]
_BATCH = "application/cloudevents-batch+json"
_MEANING = {
    401: "the key is missing or not known",
    403: "the key may not send these events",
    413: "the batch is too large: send smaller batches",
    415: "the gateway does not read batches of CloudEvents",
}


class Refusal(msgspec.Struct, frozen=True):
    """One member of a batch the gateway did not take: `field` of the event broke `rule`."""

    index: int
    field: str
    rule: str
    id: str | None = None


@dataclass(frozen=True)
class Tally:
    """Events answered for. `read` is always `accepted + duplicates + rejected`."""

    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0

    @property
    def read(self) -> int:
        return self.accepted + self.duplicates + self.rejected

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.accepted + other.accepted, self.duplicates + other.duplicates, self.rejected + other.rejected
        )


class SendingFailed(Exception):
    """The gateway could not be reached or refused a whole request; `tally` is what it answered before."""

    def __init__(self, reason: str, tally: Tally) -> None:
        super().__init__(f"{reason} ({tally.read} events were answered before)")
        self.tally = tally


OnReject = Callable[[Event, Refusal], None]
OnProgress = Callable[[Tally], None]
OnTaken = Callable[[Sequence[Event]], None]
_Answered = tuple[Tally, list[Refusal]]


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
        asked = failure.retry_after if isinstance(failure, _TryAgain) else None
        doubled: float = self.first_pause * 2 ** (state.attempt_number - 1)
        return min(self.longest_pause, doubled if asked is None else asked)


class _Answer(msgspec.Struct):
    """What the gateway promises: counts and refusals, or a problem (RFC 9457) with or without them."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Refusal] | None = None
    title: str = "no reason given"
    detail: str | None = None


class _TryAgain(Exception):
    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class _Refused(Exception):
    """Trying again would not help."""


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

    async def _deliver(self, batch: Sequence[Event]) -> _Answered:
        body = msgspec.json.encode(batch)
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self.gateway.tries),
            wait=self.gateway.pause,
            retry=retry_if_exception_type(_TryAgain),
            reraise=True,
        )
        return await retrying(self._post, body, len(batch))

    async def _post(self, body: bytes, size: int) -> _Answered:
        try:
            response = await self.client.post("/v1/events", content=body)
        except httpx.UnsupportedProtocol as error:
            raise _Refused("the address of the gateway starts with http:// or https://") from error
        except httpx.TransportError as error:
            raise _TryAgain(f"the gateway cannot be reached: {error or type(error).__name__}") from error
        return _read_answer(response, size)

    def failure(self, failures: BaseExceptionGroup) -> BaseException:
        """The failure that stopped the work; the others are its consequences."""
        first = failures.exceptions[0]
        if isinstance(first, _TryAgain):
            return SendingFailed(f"gave up after {self.gateway.tries} tries: {first}", self.tally)
        return SendingFailed(str(first), self.tally) if isinstance(first, _Refused) else first


def _read_answer(response: httpx.Response, size: int) -> _Answered:
    status = response.status_code
    if status == 429 or status >= 500:
        raise _TryAgain(f"the gateway answered {status}", _retry_after(response))
    if status not in (202, 400, 409):
        raise _Refused(f"the gateway answered {status}: {_MEANING.get(status, 'not an answer it promises')}")
    answer = _decoded(response)
    if status == 409 and size == 1 and answer.rejected is None:
        answer.rejected = [Refusal(0, "id", answer.detail or answer.title)]
    if answer.rejected is None:
        raise _Refused(f"the gateway answered {status}: {answer.detail or answer.title}")
    indexes = {refusal.index for refusal in answer.rejected}
    tally = Tally(answer.accepted, answer.duplicates, len(indexes))
    if tally.read != size or not indexes <= set(range(size)):
        raise _Refused(f"the gateway's answer does not account for the {size} events sent to it")
    return tally, answer.rejected


def _decoded(response: httpx.Response) -> _Answer:
    try:
        return msgspec.json.decode(response.content, type=_Answer)
    except msgspec.DecodeError as error:
        raise _Refused(f"the gateway answered {response.status_code}: {error}") from error


def _retry_after(response: httpx.Response) -> float | None:
    asked = response.headers.get("Retry-After", "")
    if asked.isdecimal():
        return float(asked)
    try:
        # The gateway's own clock is the one its date was made with.
        until, now = (email.utils.parsedate_to_datetime(text) for text in (asked, response.headers["Date"]))
        return max(0.0, (until - now).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None
