"""The abuse protection of CloudEvents' webhooks (http-webhook 1.0, section 4). Pure.

A sender asks with OPTIONS whether it may deliver here. It is answered at once, so no callback is ever
called: an address that a stranger names is none to send a request to.
"""

import re
from collections.abc import Mapping

from services.gateway.refusals import ALLOW, Refusal
from services.gateway.settings import GatewaySettings

_ORIGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def permission(headers: Mapping[str, str], settings: GatewaySettings) -> dict[str, str]:
    """The headers that grant what was asked. Raises Refusal (400, 405)."""
    asked, rate = headers.get("webhook-request-origin", ""), headers.get("webhook-request-rate")
    if not _ORIGIN.fullmatch(asked):
        raise Refusal(400, "WebHook-Request-Origin: required, the DNS name of the sender")
    allowed = {one.strip().lower() for one in settings.webhook_origins.split(",")}
    if not allowed & {asked.lower(), "*"}:
        raise Refusal(405, "WebHook-Request-Origin: this sender may not deliver here")
    return {
        "Allow": ALLOW,
        "WebHook-Allowed-Origin": asked,
        "WebHook-Allowed-Rate": str(_rate(rate, settings.webhook_rate)),
    }


def _rate(asked: str | None, most: int) -> int:
    """Requests a minute: what was asked, within bounds."""
    if asked is None or asked == "*":
        return most
    if not re.fullmatch(r"[1-9][0-9]{0,8}", asked, re.ASCII):
        raise Refusal(400, "WebHook-Request-Rate: how many requests a minute, a whole number or *")
    return min(int(asked), most)
