"""What every service needs: events, bus, outbox, database, settings, logs, metrics, calendar, identifiers."""
