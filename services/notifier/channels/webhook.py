"""Webhooks as Standard Webhooks 1.0 has them: thin, signed, with one id over all retries."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
from standardwebhooks.webhooks import Webhook

from services.notifier import cases
from services.notifier.casework import Now
from services.notifier.channels.addresses import PrivateAddress, resolve
from services.notifier.delivery import Send
from services.notifier.links import subject_link
from services.notifier.settings import NotifierSettings
from services.notifier.store import Due

_ANSWER_SECONDS = 10.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class WebhookSender:
    """Posts alerts to the webhook. 2xx delivers; 410 ends it; everything else is tried again."""

    channel: cases.Channel = "webhook"
    concurrency = 8

    def __init__(self, settings: NotifierSettings, now: Now) -> None:
        self._settings, self._now = settings, now
        self._secret = settings.webhook_secret

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Send]:
        """One HTTP client. It follows no redirect and asks no proxy: both lead past the address check."""
        async with httpx.AsyncClient(
            timeout=_ANSWER_SECONDS, follow_redirects=False, trust_env=False
        ) as client:

            async def send(due: Due) -> cases.Outcome:
                return await self._send(client, due)

            yield send

    async def _send(self, client: httpx.AsyncClient, due: Due) -> cases.Outcome:
        if self._secret is None:
            return cases.Outcome("permanent", "no secret is set: webhooks are off")
        body = payload(due, self._settings.console_url)
        headers = signed(self._secret.get_secret_value(), str(due.id), self._now(), body)
        try:
            return _outcome(await self._post(client, httpx.URL(due.recipient), body, headers))
        except (PrivateAddress, httpx.InvalidURL) as error:
            return cases.Outcome("permanent", f"refused: {type(error).__name__}")
        except (httpx.TransportError, OSError) as error:
            maybe = isinstance(error, httpx.TransportError) and not isinstance(error, _NOT_SENT)
            return cases.Outcome("transient", type(error).__name__, maybe_received=maybe)

    async def _post(
        self, client: httpx.AsyncClient, url: httpx.URL, body: bytes, headers: dict[str, str]
    ) -> int:
        port = url.port or (80 if url.scheme == "http" else 443)
        address = await resolve(url.host, port, self._settings.webhook_allow_private)
        request = client.build_request(
            "POST",
            url.copy_with(host=address),
            content=body,
            headers=headers | {"host": url.netloc.decode()},
            extensions={"sni_hostname": url.host},
        )
        response = await client.send(request, stream=True)
        await response.aclose()  # only the status matters: the body may be endless
        return response.status_code


def payload(due: Due, console_url: str) -> bytes:
    """The body: enough to act on and where to read the rest; the same for every try of one state."""
    flag = due.flag
    data: dict[str, Any] = {
        "case_id": str(due.case),
        "flag_id": flag.flag_id,
        "subject": flag.subject,
        "code": flag.code,
        "status": flag.status,
        "level": flag.level,
        "since": flag.since,
        "due": flag.due,
        "workers": flag.workers,
        "amount_idr": flag.amount_idr,
        "uncovered_working_days": flag.uncovered_working_days,
        "uncovered_worker_days": flag.uncovered_worker_days,
        "exposure": flag.exposure,
        "law": flag.law,
        "reason": flag.reason,
        "url": subject_link(console_url, flag.subject),
    }
    return msgspec.json.encode({"type": f"flag.{due.kind}", "timestamp": due.created_at, "data": data})


def signed(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that sign `id.timestamp.body`."""
    # The package reads the fields of `at` as UTC whatever its zone says.
    at = at.astimezone(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, body.decode()),
    }


def _outcome(status: int) -> cases.Outcome:
    if 200 <= status < 300:
        return cases.Outcome("delivered", f"HTTP {status}")
    # A server that failed may have taken the message before it did.
    return cases.Outcome(
        "permanent" if status == 410 else "transient", f"HTTP {status}", maybe_received=status >= 500
    )
