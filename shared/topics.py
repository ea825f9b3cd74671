"""Every topic with its settings: the one place that names them."""

from dataclasses import dataclass, field

_LONG = {"cleanup.policy": "delete", "retention.ms": "-1"}
_COMPACTED = {"cleanup.policy": "compact", "min.compaction.lag.ms": "86400000"}


@dataclass(frozen=True)
class Topic:
    """A Kafka topic: `name`, number of `partitions`, and broker-side `config`."""

    name: str
    partitions: int = 8
    config: dict[str, str] = field(default_factory=lambda: dict(_LONG))


EMPLOYERS = Topic("patuh.employers")
PROJECTS = Topic("patuh.projects")
WORKERS = Topic("patuh.workers")
CONTRIBUTIONS = Topic("patuh.contributions")
COVERAGE = Topic("patuh.coverage", config=dict(_COMPACTED))
# Keyed by subject, so that one subject's flags stay in order; compaction would keep only one of them.
FLAGS = Topic("patuh.flags")
ALERTS = Topic("patuh.alerts")
DEAD_LETTERS = Topic("patuh.dead-letters", partitions=1)

FACTS = (EMPLOYERS, PROJECTS, WORKERS, CONTRIBUTIONS)
ALL = (*FACTS, COVERAGE, FLAGS, ALERTS, DEAD_LETTERS)
