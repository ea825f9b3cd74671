"""The gateway's answers: how many events were taken, which were refused, whether to try again."""

import email.utils
from dataclasses import dataclass

import httpx
import msgspec

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


Answered = tuple[Tally, list[Refusal]]


class _Answer(msgspec.Struct):
    """What the gateway promises: counts and refusals, or a problem (RFC 9457) with or without them."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Refusal] | None = None
    title: str = "no reason given"
    detail: str | None = None


class TryAgain(Exception):
    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Refused(Exception):
    """Trying again would not help."""


def read_answer(response: httpx.Response, size: int) -> Answered:
    status = response.status_code
    if status == 429 or status >= 500:
        raise TryAgain(f"the gateway answered {status}", _retry_after(response))
    if status not in (202, 400, 409):
        raise Refused(f"the gateway answered {status}: {_MEANING.get(status, 'not an answer it promises')}")
    answer = _decoded(response)
    if status == 409 and size == 1 and answer.rejected is None:
        answer.rejected = [Refusal(0, "id", answer.detail or answer.title)]
    if answer.rejected is None:
        raise Refused(f"the gateway answered {status}: {answer.detail or answer.title}")
    indexes = {refusal.index for refusal in answer.rejected}
    tally = Tally(answer.accepted, answer.duplicates, len(indexes))
    if tally.read != size or not indexes <= set(range(size)):
        raise Refused(f"the gateway's answer does not account for the {size} events sent to it")
    return tally, answer.rejected


def _decoded(response: httpx.Response) -> _Answer:
    try:
        return msgspec.json.decode(response.content, type=_Answer)
    except msgspec.DecodeError as error:
        raise Refused(f"the gateway answered {response.status_code}: {error}") from error


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
