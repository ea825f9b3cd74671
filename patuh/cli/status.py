"""`patuh status`: where everything is, and how it is."""

import json
import sys
from typing import Any

from rich.table import Table

from patuh.cli.options import DEFAULT_DATA, Data, Json, screen, told_plainly
from patuh.located import locate


def status(data: Data = DEFAULT_DATA, as_json: Json = False) -> None:
    """Show the address and health of each service; status 1 when one is not well.

    Examples:

        patuh status

        patuh status --data /srv/patuh --json
    """
    with told_plainly():
        located = locate(data)
        services = {name: _brief(report) for name, report in located.health().items()}
    if as_json:
        print(json.dumps({"urls": located.urls, "services": services}))
    else:
        screen.print(_table(located.urls, services))
    sys.exit(0 if all(s["healthy"] for s in services.values()) else 1)


def _brief(report: dict[str, Any]) -> dict[str, Any]:
    found = {name: report.get(name) for name in ("healthy", "lag", "rss_mb", "pending")}
    return found | {name: report[name] for name in ("halted", "error") if report.get(name)}


def _table(urls: dict[str, str], services: dict[str, dict[str, Any]]) -> Table:
    table = Table("service", "address", "healthy", "lag", "pending", "MB", "note", box=None)
    for name, report in services.items():
        well = "yes" if report["healthy"] else "[red]no[/]"
        note = report.get("halted") or report.get("error") or ""
        figures = (str(report[field]) for field in ("lag", "pending", "rss_mb"))
        table.add_row(name, urls[name], well, *figures, note)
    return table
