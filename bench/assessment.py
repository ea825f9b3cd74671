"""How long the law takes: 10,000 subjects of the sample city judged on one core, and where the time goes.

No Kafka and no database: this is the pure part alone. `python -m bench.assessment [--json FILE]`.
"""

import cProfile
import gc
import pstats
import time
from collections import Counter
from datetime import date
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bench.city_subjects import city_subjects
from services.employer.assessment import assess, examine
from services.employer.rules import rules_for
from services.employer.rules.examining import run
from services.employer.subjects import Subject
from shared.law import Law, load

_WANTED = 10_000
_TOP = 12


def main(
    rounds: Annotated[int, typer.Option(min=1, help="How often everything is judged")] = 5,
    json: Annotated[Path | None, typer.Option(help="Write everything to this file")] = None,
) -> None:
    """Judge 10,000 subjects of the sample city, several times, and say where the time goes."""
    day, law, console = date(2025, 6, 10), load(), Console()
    subjects = city_subjects(day, _WANTED)
    seconds = [_timed(subjects, law, day) for _ in range(rounds)]
    found: dict[str, Any] = {
        "subjects": len(subjects),
        "kinds": dict(Counter(s.subject.partition(":")[0] for s in subjects)),
        "seconds": seconds,
        "median_s": median(seconds),
        "by_rule_us": _by_rule(subjects, law, day),
        "by_function": _profile(subjects, law, day),
    }
    _show(found, console)
    if json:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


def _timed(subjects: list[Subject], law: Law, day: date) -> float:
    gc.collect()
    began = time.process_time()
    for subject in subjects:
        assess(subject, law, day)
    return time.process_time() - began


def _by_rule(subjects: list[Subject], law: Law, day: date) -> dict[str, float]:
    """Microseconds of CPU for each run of each rule; what comes before and after the rules is left out."""
    spent: Counter[str] = Counter()
    times: Counter[str] = Counter()
    for subject in subjects:
        for code, rule in rules_for(subject.subject).items():
            began = time.process_time_ns()
            run({code: rule}, subject, law, day)
            spent[code] += time.process_time_ns() - began
            times[code] += 1
    return {code: spent[code] / times[code] / 1000 for code, _ in spent.most_common()}


def _profile(subjects: list[Subject], law: Law, day: date) -> list[dict[str, Any]]:
    profile = cProfile.Profile()
    profile.enable()
    for subject in subjects:
        examine(subject, law, day)
    profile.disable()
    stats = pstats.Stats(profile).get_stats_profile()
    functions = sorted(stats.func_profiles.items(), key=lambda item: -item[1].tottime)[:_TOP]
    return [
        {
            "function": f"{Path(f.file_name).name}:{name}",
            "share": f.tottime / stats.total_tt,
            "calls": f.ncalls,
        }
        for name, f in functions
    ]


def _show(found: dict[str, Any], console: Console) -> None:
    rate = found["subjects"] / found["median_s"]
    console.print(
        f"{found['subjects']:,} subjects in {found['median_s']:.2f} s of one core "
        f"(of {min(found['seconds']):.2f} to {max(found['seconds']):.2f}): {rate:,.0f} subjects/s"
    )
    table = Table("rule", "microseconds a run")
    for code, microseconds in found["by_rule_us"].items():
        table.add_row(code, f"{microseconds:.1f}")
    console.print(table)
    table = Table("function", "share of the time", "calls")
    for one in found["by_function"]:
        table.add_row(one["function"], f"{one['share']:.0%}", str(one["calls"]))
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
