"""The contracts as files: `python -m patuh.schemas` writes `schemas/` anew, all of it made from the code.

A change that would break what agencies send or consumers read is refused; a harmless one gets a revision.
"""

import json
import sys
from pathlib import Path

from patuh.contracts.history import IncompatibleError, record
from shared.events import types
from shared.events.schemas import schema as schema
from shared.events.schemas import version

FOLDER = Path(__file__).parents[1] / "schemas"


def files() -> dict[str, str]:
    """The text of every schema file by its path below `schemas/`."""
    return {
        f"{kind.short}/{version(kind)}.json": json.dumps(schema(kind), indent=2) + "\n"
        for kind in types.ALL.values()
    }


def write(folder: Path = FOLDER) -> int:
    """Write every schema file; how many there are."""
    return _write(folder, files())


def _write(folder: Path, made: dict[str, str]) -> int:
    for path, text in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return len(made)


def main(folder: Path = FOLDER) -> None:
    """Schemas and a revision of each that changed, OpenAPI, AsyncAPI. Ends with 1 when one would break."""
    from patuh.contracts.documents import files as documents  # wires the services: only this command needs it

    try:
        revised = record(folder, types.ALL.values())
    except IncompatibleError as error:
        sys.exit(f"Nothing was written. These changes are not compatible:\n{error}")
    schemas, described = write(folder), _write(folder, documents())
    print(f"{schemas} schemas ({revised} new revisions) and {described} documents written to {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
