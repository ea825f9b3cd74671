"""JSON logs. Events are named by id, type, subject and correlation; never by personal data."""

import logging
import sys
from typing import Any

import structlog

from shared.events import Event

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def set_up(service: str, level: str) -> None:
    """Configure this process: one JSON object a line on standard output, the libraries' lines too."""
    structlog.configure(
        processors=[*_SHARED, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    foreign = logging.StreamHandler(sys.stdout)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.add_logger_name],
        processor=structlog.processors.JSONRenderer(),
    )
    foreign.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[foreign], force=True)


def get(name: str) -> Any:
    """A logger for the module `name`."""
    return structlog.get_logger(module=name)


def about(event: Event) -> dict[str, str | None]:
    """The fields that name an event in a log line."""
    return {
        "event_id": event.id,
        "event_type": event.kind.name,
        "subject": event.subject,
        "correlation": event.correlationid,
    }
