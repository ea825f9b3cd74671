"""The variants: each reads the topic from its beginning, in a group and a database of its own."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench import loading, proof, several
from bench.comparison import compare
from bench.frameworks import running
from bench.measuring import Run, Watched, measure, peaks, wait_until
from bench.proof import Truth
from bench.stage import Stage
from shared import topics

_DATABASES = ("limit", "registry", "registry_x2", "registry_of_both", "employer", "naive", *running.VARIANTS)
NAMES = ("limit", "registry", "registry x2", "registry+employer", "naive", *running.VARIANTS)
_WRITTEN = (topics.COVERAGE, topics.FLAGS)


def databases(rounds: int) -> list[str]:
    """Every database that so many rounds need."""
    return [_named(name, number) for number in range(1, rounds + 1) for name in _DATABASES]


def _named(name: str, number: int) -> str:
    return f"{name.replace('-', '_')}_r{number}"


@dataclass(frozen=True)
class Sizes:
    """How many events the slow variants are given, which would hold up all the others, and how often and
    with how many events the others run. `latency_seconds`: how long each rate of `bench.latency` is kept.
    """

    events: int
    rounds: int
    naive: int
    faust: int
    whole_way: int
    latency_seconds: float
    history: int


FULL = Sizes(300_000, 3, naive=3_000, faust=20_000, whole_way=30_000, latency_seconds=20, history=100_000)
QUICK = Sizes(60_000, 1, naive=1_000, faust=10_000, whole_way=6_000, latency_seconds=4, history=20_000)


@dataclass(frozen=True)
class Contest:
    """Runs the variants on a stage and checks each result against the `truth` of the whole topic."""

    stage: Stage
    truth: Truth
    sizes: Sizes

    def round(self, number: int, names: Sequence[str] = NAMES) -> Iterator[Run]:
        """Each of these variants once. Raises BenchFailedError when one comes to a wrong result."""
        for name in names:
            asyncio.run(loading.empty_output(self.stage.settings))
            yield self._run(name, number)

    def _run(self, name: str, number: int) -> Run:
        own = {
            "limit": self._limit,
            "registry": self._registry,
            "registry x2": self._two_registries,
            "registry+employer": self._both,
            "naive": self._naive,
        }
        if name in own:
            return own[name](number)
        most = self.sizes.faust if name.startswith("faust") else self.stage.workload.events
        return running.compete(name, number, self.stage, self.truth, _named(name, number), most)

    def _limit(self, number: int) -> Run:
        database = _named("limit", number)
        return compare("limit", number, self.stage, database, self.stage.workload.events)

    def _naive(self, number: int) -> Run:
        database = _named("naive", number)
        run = compare("naive", number, self.stage, database, self.sizes.naive)
        dsn = self.stage.parts.dsns[database]
        truth = proof.coverage_of(self.stage.workload, proof.stored_ids(dsn))
        proof.check_coverage(dsn, truth)
        return run

    def _registry(self, number: int) -> Run:
        database = _named("registry", number)
        with self.stage.service("registry", database) as registry:
            run = self._measure("registry", number, [registry], to_flags=False)
        self._check_registry(database)
        return run

    def _two_registries(self, number: int) -> Run:
        return several.run(self.stage, _named("registry_x2", number), 2, number, self.truth)

    def _both(self, number: int) -> Run:
        own, theirs = _named("employer", number), _named("registry_of_both", number)
        with self.stage.service("employer", own) as employer:
            # The profiles are known before the workers come, as they are in the field.
            wait_until("employer has read the profiles", employer.idle)
            with self.stage.service("registry", theirs) as registry:
                run = self._measure("registry+employer", number, [registry, employer], to_flags=True)
        self._check_registry(theirs)
        short = proof.employers_short(self.stage.workload, self.truth)
        proof.check_flags(self.stage.parts.dsns[own], short)
        return run

    def _measure(self, variant: str, number: int, services: Sequence[Watched], to_flags: bool) -> Run:
        events, span = measure(services, self.stage.parts_processes(), self.stage.workload.events, to_flags)
        return Run(
            variant=variant,
            round=number,
            events=events,
            seconds=span.seconds,
            cpu_seconds=span.cpu_seconds,
            others_share=span.others_share,
            peak_rss_mb=peaks(services),
            messages_out={topic.name: self._written(topic) for topic in _WRITTEN},
        )

    def _check_registry(self, database: str) -> None:
        proof.check_coverage(self.stage.parts.dsns[database], self.truth)
        loading.check_no_dead_letters(self.stage.settings)

    def _written(self, topic: topics.Topic) -> int:
        return asyncio.run(loading.messages_on(self.stage.settings, topic))
