"""`python -m bench.ocds`: 100,000 synthetic OCDS releases through the importer, timed, with its peak memory.

The sending is a stand-in that only encodes what the gateway would be sent: this measures reading, merging
and mapping. Each import runs in a process of its own, and its memory is the most that process ever held.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
import typer

from patuh.importing.memory import Memory
from patuh.importing.ocds.events import read_all
from patuh.importing.running import run_import
from patuh.sending import Event, Tally

Arrival = Literal["adjacent", "scattered"]
Form = Literal["package", "lines"]
_STAGES = ("tender", "award", "contract", "implementation")
_BATCH = 500
_FIRMS = [f"99{number:07d}" for number in range(5_000)]


class Run(msgspec.Struct):
    """One import: what was read and made, in how many seconds, with how many MiB at most."""

    arrival: Arrival
    form: Form
    megabytes: float
    releases: int
    events: int
    rejected: int
    seconds: float
    cpu_seconds: float
    peak_mib: float


def main(
    releases: Annotated[int, typer.Option(min=4)] = 100_000,
    seed: int = 1,
    only: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Measure releases that follow each other by process, and releases scattered over the whole file."""
    if only:
        sys.stdout.buffer.write(msgspec.json.encode(_import(only)))
        return
    for arrival in get_args(Arrival):
        for form in get_args(Form):
            with tempfile.TemporaryDirectory(prefix="patuh-bench-") as folder:
                path = Path(folder) / "releases.json"
                write(path, generate(releases, seed, arrival), form)
                run = _apart(path, arrival, form)
            typer.echo(_line(run))


def _line(run: Run) -> str:
    of_wall, of_cpu = run.releases / run.seconds, run.releases / run.cpu_seconds
    return (
        f"{run.arrival:9} {run.form:7} {run.megabytes:6.0f} MB  {of_wall:6,.0f} releases/s"
        f" ({of_cpu:,.0f} a CPU second)  peak {run.peak_mib:.0f} MiB"
        f"  {run.events} events, {run.rejected} rejected"
    )


def generate(releases: int, seed: int, arrival: Arrival) -> Iterator[dict[str, Any]]:
    """Four releases for each process; scattered: all tenders, then all awards, and so on."""
    processes, stages = range(releases // len(_STAGES)), range(len(_STAGES))
    if arrival == "adjacent":
        yield from (_release(process, stage, seed) for process in processes for stage in stages)
    else:
        yield from (_release(process, stage, seed) for stage in stages for process in processes)


def write(path: Path, releases: Iterable[dict[str, Any]], form: Form) -> None:
    """As one release package or as JSON Lines, release by release."""
    with path.open("wb") as file:
        if form == "package":
            file.write(b'{"uri": "https://example.org/p", "version": "1.1", "releases": [\n')
        for number, release in enumerate(releases):
            if form == "package" and number:
                file.write(b",\n")
            file.write(msgspec.json.encode(release) + (b"\n" if form == "lines" else b""))
        if form == "package":
            file.write(b"\n]}\n")


def _release(process: int, stage: int, seed: int) -> dict[str, Any]:
    chance = random.Random(f"{seed}/{process}")
    npwp, value = _npwp(chance.choice(_FIRMS)), chance.randrange(50, 5_000) * 1_000_000
    buyer, supplier = {"id": f"1.{process % 90}"}, {"id": f"ID-NPWP-{npwp}", "name": "CV. CONTOH"}
    ocid, name = f"ocds-synth9-{process:07d}", _STAGES[stage]
    return {
        "ocid": ocid,
        "id": f"{ocid}-{name}",
        "date": f"2025-0{stage + 1}-{process % 28 + 1:02d}T09:00:00+07:00",
        "tag": [name],
        "initiationType": "tender",
        "buyer": buyer,
        "parties": [_party(buyer["id"], "buyer", "Dinas Contoh"), _party(npwp, "supplier", "CV. CONTOH")],
    } | _PARTS[stage](chance, supplier, value)


def _party(number: str, role: str, name: str) -> dict[str, Any]:
    kept = {"id": f"ID-NPWP-{number}", "identifier": {"scheme": "ID-NPWP", "id": number}}
    address = {"streetAddress": "Jalan Contoh 1", "locality": "Sukabumi", "countryName": "Indonesia"}
    return {"name": name, "roles": [role], "address": address} | (
        kept if role == "supplier" else {"id": number}
    )


def _npwp(firm: str) -> str:
    """Fifteen digits of a firm that does not exist, the ninth right by Luhn."""
    digits = [int(digit) * (place % 2 + 1) for place, digit in enumerate(firm[:8])]
    return firm[:8] + str(-sum(digit - 9 if digit > 9 else digit for digit in digits) % 10) + "429000"


def _tender(chance: random.Random, supplier: dict[str, Any], value: int) -> dict[str, Any]:
    items = [{"id": str(n), "description": "Pekerjaan " + "x" * 80, "quantity": n} for n in range(1, 9)]
    category = chance.choice(("works", "works", "goods", "services"))
    tender = {"id": "1", "title": "Rehabilitasi Jalan Contoh", "procurementMethod": "open", "items": items}
    return {"tender": tender | {"mainProcurementCategory": category, "value": _idr(value)}}


def _award(chance: random.Random, supplier: dict[str, Any], value: int) -> dict[str, Any]:
    award = {"id": "a1", "status": "active", "date": "2025-02-01", "suppliers": [supplier]}
    return {"awards": [award | {"value": _idr(value)}]}


def _contract(chance: random.Random, supplier: dict[str, Any], value: int) -> dict[str, Any]:
    period = {"startDate": "2025-03-10T00:00:00Z", "endDate": "2025-09-30T00:00:00Z"}
    contract = {"id": "c1", "awardID": "a1", "status": "active", "dateSigned": "2025-03-01", "period": period}
    return {"contracts": [contract | {"value": _idr(value)}]}


def _implementation(chance: random.Random, supplier: dict[str, Any], value: int) -> dict[str, Any]:
    """A payment for each; one in four is amended too."""
    paid: dict[str, Any] = {"id": "t1", "date": "2025-04-02", "value": _idr(value // 5), "payee": supplier}
    contract: dict[str, Any] = {"id": "c1", "awardID": "a1", "implementation": {"transactions": [paid]}}
    if chance.random() < 0.25:
        contract |= {"value": _idr(value * 11 // 10), "amendments": [{"id": "1", "date": "2025-04-01"}]}
    return {"contracts": [contract]}


def _idr(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "IDR"}


_PARTS = (_tender, _award, _contract, _implementation)


def _apart(path: Path, arrival: Arrival, form: Form) -> Run:
    command = [sys.executable, "-m", "bench.ocds", "--only", str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    told = msgspec.json.decode(done.stdout)
    size = path.stat().st_size / 1e6
    return msgspec.convert(told | {"arrival": arrival, "form": form, "megabytes": size}, Run)


def _import(path: Path) -> dict[str, Any]:
    began, spent = time.monotonic(), time.process_time()
    summary = run_import(read_all([path]), _encode, memory=Memory(None))
    seconds, cpu_seconds = time.monotonic() - began, time.process_time() - spent
    if not summary.balanced:
        raise SystemExit(f"the account does not balance: {summary.lines()}")
    read, events, rejected = summary.read, summary.events, summary.rejected
    found = {"releases": read, "events": events, "rejected": rejected, "seconds": seconds}
    return found | {"cpu_seconds": cpu_seconds, "peak_mib": _peak_mib()}


def _encode(events: Iterable[Event], **_: object) -> Tally:
    """A gateway that takes all: the events are encoded in batches, and the bytes thrown away."""
    taken = 0
    source = iter(events)
    while batch := list(islice(source, _BATCH)):
        taken += len(batch)
        msgspec.json.encode(batch)
    return Tally(accepted=taken)


def _peak_mib() -> float:
    """The most this process held at once, from Linux."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


if __name__ == "__main__":
    typer.run(main)
