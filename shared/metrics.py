"""Every metric of every service. Labels are service, topic, code: never a subject."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS_HANDLED = Counter("patuh_events_handled_total", "Events taken into the database", ["service"])
DEAD_LETTERS = Counter("patuh_dead_letters_total", "Messages put into the dead letters", ["service", "field"])
BATCH_SECONDS = Histogram("patuh_batch_seconds", "From a batch taken to its commit", ["service"])
BATCH_RETRIES = Counter(
    "patuh_batch_retries_total", "Batches tried again after an infrastructure failure", ["service"]
)
HALTED = Gauge("patuh_halted", "1 while a service refuses to drain a bad topic", ["service"])
MESSAGES_RELAYED = Counter("patuh_messages_relayed_total", "Messages published from the outbox", ["service"])
GATEWAY_EVENTS = Counter("patuh_gateway_events_total", "Events at the door", ["outcome"])
ROWS_DROPPED = Counter("patuh_gateway_rows_dropped_total", "Rows the database could never take", ["store"])
FLAGS_CHANGED = Counter(
    "patuh_flags_changed_total", "Flags raised, updated, cleared, withdrawn", ["code", "change"]
)
ALERT_ATTEMPTS = Counter("patuh_alert_attempts_total", "Delivery attempts", ["channel", "outcome"])
