"""One step of the way from the French text to an English piece."""

from dataclasses import dataclass, field

from pages.shared.picture import Picture
from transformer.analysis.check import Check


@dataclass(frozen=True)
class Step:
    """What a step shows: its figure, shapes in and out, and the page that goes deeper.

    ``check``, where there is one, proves that the figure's numbers are the model's.
    """

    picture: Picture
    shape: str
    path: str
    choices: dict[str, str] = field(default_factory=dict)
    check: Check | None = None
