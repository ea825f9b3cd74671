"""Apache Kafka, PostgreSQL and a local inbox as child processes, without Docker.

`stack.Stack` composes the parts and the services; the other modules are one part each.
Runs on Linux and macOS.
"""
