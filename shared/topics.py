"""Every topic with its settings: the one place that names them."""

from dataclasses import dataclass, field

# Bytes. A dead letter is larger than the message it holds, and coverage grows with its subject.
LARGEST_MESSAGE = 16 * 1024 * 1024
_LONG = {"cleanup.policy": "delete", "retention.ms": "-1"}
_LARGE = {"max.message.bytes": str(LARGEST_MESSAGE)}
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
COVERAGE = Topic("patuh.coverage", config=_COMPACTED | _LARGE)
# Keyed by subject, so that one subject's flags stay in order; compaction would keep only one of them.
FLAGS = Topic("patuh.flags")
ALERTS = Topic("patuh.alerts")
DEAD_LETTERS = Topic("patuh.dead-letters", partitions=1, config=_LONG | _LARGE)

FACTS = (EMPLOYERS, PROJECTS, WORKERS, CONTRIBUTIONS)
ALL = (*FACTS, COVERAGE, FLAGS, ALERTS, DEAD_LETTERS)
