"""The deadlines that the truth of the sample city is reckoned with: its own, not those of `law/`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deadlines:
    """`employer_grace`, `project_grace`, `certificate` and `least_silence` are working days, `review` and
    `warning` calendar days; `heard_least` are days on which a feed spoke.
    """

    employer_grace: int = 30
    project_grace: int = 14
    certificate: int = 1
    review: int = 90
    warning: int = 30
    silence_factor: int = 2
    least_silence: int = 5
    heard_least: int = 5


USUAL = Deadlines()
