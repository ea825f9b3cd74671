"""A nation of employers and workers as a stream of events, in constant memory whatever its size."""

from patuh.nation.plan import WHOLE, Arrival, NationPlan, Share
from patuh.nation.stream import contribution, contributions, nation_events, profiles, worker_events

__all__ = [
    "WHOLE",
    "Arrival",
    "NationPlan",
    "Share",
    "contribution",
    "contributions",
    "nation_events",
    "profiles",
    "worker_events",
]
