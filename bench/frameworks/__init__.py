"""The same small job on other stream frameworks, each as its own users would write it.

Of every worker event on `patuh.workers`: the latest enrolment of the worker with the project or employer is
kept in the framework's own state, enrolled workers are counted, and a flag goes to `patuh.flags` whenever a
count crosses the declared number. `-durable` variants also bring the counts into PostgreSQL.

It is far less than what the registry does (no history, no wages, no retractions), and what would cost them
more is left out on purpose: one declared number for all, so nothing is joined; no repartitioning by project,
since the topic is keyed by employer already and each project of the workload has one.
"""
