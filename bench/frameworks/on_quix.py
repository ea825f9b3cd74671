"""The job on Quix Streams: one stateful function by key, its RocksDB state backed by a changelog topic.

Everything is left at its default (commits every five seconds, changelog on, at least once). Durable: the
framework's own PostgreSQLSink, with upserts, which writes the newest counts before each commit.
"""

from typing import Any

from psycopg2.extensions import parse_dsn  # type: ignore[import-not-found, import-untyped, unused-ignore]
from quixstreams import Application, State, message_context  # type: ignore[import-not-found]
from quixstreams.sinks.community.postgresql import PostgreSQLSink  # type: ignore[import-not-found]

from bench.frameworks.job import Tally, Task, change, counts_for, crosses, enrolment

_TOPIC, _FLAGS, _TABLE = "patuh.workers", "patuh.flags", "enrolled"


def run(task: Task) -> None:
    """Handle `task.events` events and report."""
    tally = Tally(task.events)
    app = Application(
        broker_address=task.bootstrap,
        consumer_group=task.group,
        auto_offset_reset="earliest",
        state_dir=task.folder,
        loglevel="WARNING",
    )

    def count(event: dict[str, Any], state: State) -> dict[str, Any] | None:
        if tally.full:
            app.stop()
            return None
        found = _count(event, state)
        tally.take(message_context().partition)
        if found:
            tally.counts[found["subject"]] = found["enrolled"]
        if tally.full:
            app.stop()
        return found

    changed = app.dataframe(app.topic(_TOPIC, value_deserializer="json")).apply(count, stateful=True)
    changed = changed.filter(lambda found: found is not None)
    crossed = changed.filter(lambda found: crosses(found["before"], found["enrolled"], task.declared))
    flags = crossed.apply(lambda found: {**found, "short": found["enrolled"] < task.declared})
    flags.to_topic(app.topic(_FLAGS, value_serializer="json"), key=lambda flag: flag["subject"])
    if task.durable:
        rows = changed.apply(lambda found: {"subject": found["subject"], "enrolled": found["enrolled"]})
        rows.sink(_sink(task.dsn))
    app.run()
    tally.report().say()


def _count(event: dict[str, Any], state: State) -> dict[str, Any] | None:
    """The new count of the event's subject, None when it stays; `state` is that of the message's key."""
    subject, new = counts_for(event), enrolment(event)
    of_worker = f"{event['subject']}|{subject}"
    by = change(state.get(of_worker), new)
    if by is None:
        return None
    state.set(of_worker, new)
    if by == 0:
        return None
    before = state.get(subject, 0)
    state.set(subject, before + by)
    return {"subject": subject, "before": before, "enrolled": before + by}


def _sink(dsn: str) -> PostgreSQLSink:
    where = parse_dsn(dsn)
    account = {name: where.get(name, "") for name in ("host", "dbname", "user", "password")}
    return PostgreSQLSink(
        **account,
        port=int(where["port"]),
        table_name=_TABLE,
        primary_key_columns="subject",
        upsert_on_primary_key=True,
        include_metadata=False,
    )


if __name__ == "__main__":
    run(Task.given())
