"""What the embedded stack tells whoever starts it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Announce = Callable[[str], None]
Step = Callable[[int, int], None]

_LINE_EVERY = 10


def silent(text: str) -> None:
    """An `Announce` for callers who do not want to hear."""


def warn_loudly(text: str) -> None:
    """Print a warning in red on standard error, so that it is seen even when output is piped."""
    Console(stderr=True).print(Panel(text, title="WARNING", style="bold red"))


@contextmanager
def progress(what: str, announce: Announce) -> Iterator[Step]:
    """Give a `step(done, total)` that draws a bar on a terminal and announces plain lines elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain_lines(what, announce)
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _plain_lines(what: str, announce: Announce) -> Step:
    def step(done: int, total: int) -> None:
        if done % _LINE_EVERY == 0 or done == total:
            announce(f"{what}: {done}/{total}")

    return step
