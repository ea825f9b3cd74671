"""The page that a printed clearance leads to. Every value is escaped by Jinja; nothing is marked as safe."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.employer.clearance.certificate import instant, printable, unsure
from services.employer.clearance.checking import Check
from services.employer.clearance.words import FOLDER, text
from services.employer.finding import spelled
from shared.law import cited

_environment = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals |= {
    "text": text,
    "article": cited,
    "spelled": spelled,
    "instant": instant,
    "printable": printable,
    "unsure": unsure,
}


def page(found: Check) -> str:
    """The page in both languages. Its large word is the status only while the clearance holds."""
    holds = found.verdict == "in-force" and found.said is not None
    word = found.said.status if found.said and holds else f"check.{found.verdict}"
    look = found.said.status if found.said and holds else found.verdict
    means = text(f"check.{found.verdict}.means")
    return _environment.get_template("check.html").render(
        found=found, word=text(word), look=look, means=means
    )
