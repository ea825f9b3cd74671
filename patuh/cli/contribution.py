"""`patuh contribution`: what is to be paid, reckoned by the law of a day, with the articles."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer
from rich.table import Table

from patuh.cli.options import Json, read_date, screen, stop_with
from services.employer.contribution import (
    Payer,
    Share,
    by_project_wages,
    of_own_account,
    of_wage_earners,
    split_by_contract_value,
    without_vat,
)
from shared.events.data import Programme
from shared.law import load

app = typer.Typer(no_args_is_help=True, help="Reckon contributions by the law of a day, in whole rupiah.")
On = Annotated[date, typer.Option("--on", parser=read_date, metavar="DATE", help="The law of this day.")]
Programmes = Annotated[str, typer.Option(help="Programmes, separated by commas: jkk,jkm,jht,jp,jkp.")]
Sector = Annotated[str | None, typer.Option(help="Sector that may earn a discount, as in law/parameters/.")]


@app.command("project")
def project(
    on: On,
    value: Annotated[int | None, typer.Option(min=0, help="Contract value in rupiah.")] = None,
    vat: Annotated[bool, typer.Option("--vat/--no-vat", help="The value includes VAT.")] = False,
    wages: Annotated[
        int | None, typer.Option(min=0, help="All wages of a month, where they are known.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The one-off contribution of a construction project, from its contract value or from wages.

    Examples:

        patuh contribution project --on 2025-06-02 --value 700000000

        patuh contribution project --on 2025-06-02 --wages 40000000 --json
    """
    law = load()
    if (value is None) == (wages is None):
        stop_with("give either --value or --wages")
    try:
        if value is not None:
            base = without_vat(value, int(law.parameter("vat.percent", on).value)) if vat else value
            tiers = law.parameter("project.contribution-tiers", on)
            found, article = split_by_contract_value(base, tiers.value), tiers.article
        else:
            rates = law.parameter("project.wage-rates", on)
            base, found, article = wages or 0, by_project_wages(wages or 0, rates.value), rates.article
    except LookupError as error:
        stop_with(str(error))
    told = {
        "base_idr": base,
        "jkk_idr": found.jkk_idr,
        "jkm_idr": found.jkm_idr,
        "total_idr": found.total_idr,
    }
    _tell(told | {"article": article}, as_json)


@app.command("employer")
def employer(
    on: On,
    wages: Annotated[str, typer.Option(help="Monthly wages in rupiah, separated by commas.")],
    programmes: Programmes = "jkk,jkm,jht",
    risk_class: Annotated[str, typer.Option("--class", help="JKK class I to V, as BPJS has set it.")] = "I",
    sector: Sector = None,
    as_json: Json = False,
) -> None:
    """The contributions of a month for wage earners (PU): employer's and workers' share per programme.

    Example:

        patuh contribution employer --on 2025-06-01 --wages 4000000,12000000 --class II
    """
    try:
        if risk_class not in _CLASSES:
            raise ValueError(f"--class: one of {', '.join(_CLASSES)}")
        each = [_wage(wage) for wage in wages.split(",")]
        payer = Payer(sector=sector, workers=len(each))
        found = of_wage_earners(load(), on, each, _programmes(programmes), risk_class, payer)
    except (ValueError, LookupError) as error:
        stop_with(f"cannot be reckoned: {error}")
    _tell_shares(found, as_json)


@app.command("own-account")
def own_account(
    on: On,
    income: Annotated[int, typer.Option(min=0, help="Monthly income in rupiah.")],
    programmes: Programmes = "jkk,jkm",
    sector: Sector = None,
    paid_by: Annotated[
        str | None, typer.Option(help="Who pays: self, apbn, apbd; a discount may hang on it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The contributions of a month of an own-account worker (BPU), by her class of income.

    Example:

        patuh contribution own-account --on 2025-06-01 --income 1000000 --programmes jkk,jkm,jht
    """
    try:
        found = of_own_account(
            load(), on, income, _programmes(programmes), Payer(sector=sector, paid_by=paid_by)
        )
    except (ValueError, LookupError) as error:
        stop_with(f"cannot be reckoned: {error}")
    _tell_shares(found, as_json)


_CLASSES = ("I", "II", "III", "IV", "V")
_KNOWN: dict[str, Programme] = {"jkk": "jkk", "jkm": "jkm", "jht": "jht", "jp": "jp", "jkp": "jkp"}


def _wage(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"--wages: whole rupiah, separated by commas, not {text!r}")
    return int(text)


def _programmes(text: str) -> list[Programme]:
    unknown = [name for name in text.split(",") if name not in _KNOWN]
    if unknown:
        raise ValueError(f"--programmes: no such programme: {', '.join(unknown)}")
    return [_KNOWN[name] for name in text.split(",")]


def _tell(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(told))
        return
    for name, value in told.items():
        screen.print(f"{name:10} {value:,}" if isinstance(value, int) else f"{name:10} {value}")


def _tell_shares(shares: Iterable[Share], as_json: bool) -> None:
    found = list(shares)
    if as_json:
        notes = [asdict(s) | {"note": s.note.en if s.note else None} for s in found]
        print(json.dumps(notes, ensure_ascii=False))
        return
    table = Table("programme", "base", "employer", "worker", "discount", "articles")
    for one in found:
        amounts = (f"{one.base_idr:,}", f"{one.employer_idr:,}", f"{one.worker_idr:,}")
        table.add_row(one.programme, *amounts, f"{one.discount_percent} %", ", ".join(one.articles))
    screen.print(table)
    total = sum(s.employer_idr + s.worker_idr for s in found)
    screen.print(f"total {total:,}")
