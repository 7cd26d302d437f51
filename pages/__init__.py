"""The list of pages: data only, so that the app, the tests and the README share it."""

from dataclasses import dataclass


def N_(text: str) -> str:
    """Mark ``text`` for translation; it is translated where it is shown."""
    return text


@dataclass(frozen=True)
class View:
    """One page; ``script`` is relative to the repository's root, ``path`` is its URL.

    The first page is the start page, whose path is empty.
    """

    title: str
    section: str
    icon: str
    path: str
    script: str


VIEWS = (
    View(N_("Translate"), N_("Start here"), "💬", "", "pages/start/translate.py"),
    View(N_("Attention"), N_("Look inside"), "👀", "attention", "pages/inside/attention.py"),
    View(N_("Query, key, value"), N_("Look inside"), "🔑", "roles", "pages/inside/roles.py"),
    View(N_("One score by hand"), N_("Look inside"), "🔢", "score", "pages/inside/score.py"),
    View(N_("All scores at once"), N_("Look inside"), "🧮", "matrix", "pages/inside/matrix.py"),
    View(
        N_("Why divide?"),
        N_("√d_k laboratory"),
        "🎲",
        "simulation",
        "pages/laboratory/simulation.py",
    ),
    View(
        N_("Measured scores"),
        N_("√d_k laboratory"),
        "📏",
        "measured",
        "pages/laboratory/measured.py",
    ),
    View(N_("Without √d_k"), N_("√d_k laboratory"), "🧪", "scale", "pages/laboratory/scale.py"),
)
