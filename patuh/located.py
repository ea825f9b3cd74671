"""A running stack as other commands see it: where it is, how it is, and when it has nothing left to do."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from patuh.embedded.state import read_state

_PAGE = 1000


class NotRunningError(RuntimeError):
    """No stack runs on the data folder."""


class NotSettledError(RuntimeError):
    """Work is left after the time allowed; the message says whose."""


@dataclass(frozen=True)
class Located:
    """Addresses of a running stack: `urls` by service, `dsns` by database."""

    urls: dict[str, str]
    dsns: dict[str, str]

    def health(self) -> dict[str, dict[str, Any]]:
        """What each service says of itself."""
        with ThreadPoolExecutor(len(self.urls)) as pool:
            return dict(zip(self.urls, pool.map(_health, self.urls.values()), strict=True))

    def without(self, service: str) -> "Located":
        """The same stack with a service left out, which is stopped on purpose."""
        return Located({name: url for name, url in self.urls.items() if name != service}, self.dsns)

    def open_flags(self, code: str | None = None) -> list[dict[str, Any]]:
        """Every open flag, page by page, with everything that proves it. Raises httpx.HTTPError."""
        found: list[dict[str, Any]] = []
        while True:
            query = {"limit": str(_PAGE), "offset": str(len(found))} | ({"code": code} if code else {})
            answer = httpx.get(f"{self.urls['employer']}/v1/flags", params=query, timeout=30)
            page = answer.raise_for_status().json()
            found += page
            if len(page) < _PAGE:
                return found

    def settle(self, seconds: float = 600, tell: Callable[[int], None] = lambda _: None) -> None:
        """Return once no service has anything left to do, twice in a row. Raises NotSettledError.

        `tell` hears how many messages are left.
        """
        deadline, quiet = time.monotonic() + seconds, 0
        while quiet < 2:
            reports = self.health()
            left = {name: _left(report) for name, report in reports.items()}
            quiet = 0 if any(left.values()) else quiet + 1
            tell(sum(left.values()))
            if time.monotonic() > deadline:
                raise NotSettledError(f"work left: {left}; reports: {reports}")
            time.sleep(0.5)


def locate(data: Path) -> Located:
    """The stack that runs on `data`. Raises NotRunningError."""
    state = read_state(data.absolute())
    if not state or not state.get("health_urls"):
        raise NotRunningError(f"nothing runs on {data}: start it with `patuh up --data {data}`")
    urls = {name: url.removesuffix("/health") for name, url in state["health_urls"].items()}
    return Located(urls, state["parts"]["dsns"])


def _health(url: str) -> dict[str, Any]:
    try:
        report: dict[str, Any] = httpx.get(f"{url}/health", timeout=10).json()
    except (httpx.HTTPError, ValueError) as error:
        return {"healthy": False, "lag": None, "rss_mb": None, "error": str(error)}
    return report


def _left(report: dict[str, Any]) -> int:
    """How much a service has to do; 1 when it cannot tell."""
    if report.get("lag") is None or not report["healthy"]:
        return 1
    return int(report["lag"]) + int(report.get("pending", 0))
