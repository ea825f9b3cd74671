"""The command line of Patuh and the embedded stack it can start (Kafka and PostgreSQL without Docker)."""
