"""A nation of employers and workers as a stream of events, in constant memory whatever its size."""

from patuh.nation.plan import NationPlan
from patuh.nation.stream import contributions, nation_events, profiles, worker_events

__all__ = ["NationPlan", "contributions", "nation_events", "profiles", "worker_events"]
