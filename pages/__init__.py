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
    View(N_("Words to vectors"), N_("Words"), "🧭", "vectors", "pages/words/vectors.py"),
    View(N_("Positions"), N_("Words"), "🌊", "positions", "pages/words/positions.py"),
    View(N_("All heads"), N_("Attention"), "👀", "attention", "pages/attention/attention.py"),
    View(N_("Query, key, value"), N_("Attention"), "🔑", "roles", "pages/attention/roles.py"),
    View(N_("One score by hand"), N_("Attention"), "🔢", "score", "pages/attention/score.py"),
    View(N_("All scores at once"), N_("Attention"), "🧮", "matrix", "pages/attention/matrix.py"),
    View(N_("Together or alone"), N_("Layers"), "🤝", "alone", "pages/layers/alone.py"),
    View(N_("Layer by layer"), N_("Layers"), "🪜", "layers", "pages/layers/layers.py"),
    View(N_("Word in context"), N_("Layers"), "🎭", "context", "pages/layers/context.py"),
    View(N_("The next word"), N_("Layers"), "🎯", "next", "pages/layers/next.py"),
    View(N_("Why divide?"), N_("Why √d_k"), "🎲", "simulation", "pages/laboratory/simulation.py"),
    View(N_("Measured scores"), N_("Why √d_k"), "📏", "measured", "pages/laboratory/measured.py"),
    View(N_("Without √d_k"), N_("Why √d_k"), "🧪", "scale", "pages/laboratory/scale.py"),
)
