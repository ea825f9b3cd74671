"""The sample city as a file."""

from pathlib import Path

import msgspec

from patuh.city.plan import CityPlan
from patuh.city.stream import city_events


def write_city(plan: CityPlan, path: Path) -> int:
    """Write the events of the plan as JSON Lines, one event a line; return how many. Overwrites `path`."""
    written = 0
    with path.open("wb") as file:
        for written, event in enumerate(city_events(plan), start=1):  # noqa: B007
            file.write(msgspec.json.encode(event) + b"\n")
    return written
