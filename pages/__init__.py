"""The list of pages: data only, so that the app, the tests and the README share it."""

from dataclasses import dataclass
from typing import Literal


def N_(text: str) -> str:
    """Mark ``text`` for translation; it is translated where it is shown."""
    return text


@dataclass(frozen=True)
class View:
    """One page, in a ``folder`` of this one; ``path`` is its URL.

    The first page is the start page, whose path is empty. ``reads`` says what a page shows of the
    sentence at the top: the ``heads`` of a Transformer, what ``any`` model makes of it, or
    ``nothing``. With ``changes`` it shows the pair as the visitor changed it: with the edits and
    the English of the address.
    """

    title: str
    section: str
    icon: str
    folder: str
    path: str
    reads: Literal["heads", "any", "nothing"] = "heads"
    changes: bool = False

    @property
    def script(self) -> str:
        """The file, relative to the repository's root."""
        return f"pages/{self.folder}/{self.path or 'translate'}.py"


VIEWS = (
    View(N_("Translate"), N_("Start here"), "💬", "start", "", "any", changes=True),
    View(N_("Lessons"), N_("Start here"), "🎓", "lessons", "lessons", "nothing"),
    View(N_("For teachers"), N_("Start here"), "🍎", "lessons", "teach", "nothing"),
    View(N_("What it cannot do"), N_("Start here"), "🚧", "start", "limits", "nothing"),
    View(N_("The black box"), N_("Overview"), "📦", "overview", "box", changes=True),
    View(N_("Step by step"), N_("Overview"), "👣", "overview", "steps", changes=True),
    View(N_("Words to vectors"), N_("Words"), "🧭", "words", "vectors", changes=True),
    View(N_("Positions"), N_("Words"), "🌊", "words", "positions", changes=True),
    View(N_("Map of words"), N_("Words"), "🗺️", "words", "wordmap", "any"),
    View(N_("All heads"), N_("Attention"), "👀", "attention", "attention", "any", changes=True),
    View(N_("Query, key, value"), N_("Attention"), "🔑", "attention", "roles", changes=True),
    View(N_("One score by hand"), N_("Attention"), "🔢", "attention", "score", changes=True),
    View(N_("All scores at once"), N_("Attention"), "🧮", "attention", "matrix", changes=True),
    View(N_("Together or alone"), N_("Layers"), "🤝", "layers", "alone"),
    View(N_("Layer by layer"), N_("Layers"), "🪜", "layers", "layers", changes=True),
    View(N_("Word in context"), N_("Layers"), "🎭", "layers", "context"),
    View(N_("The next word"), N_("Layers"), "🎯", "layers", "next", changes=True),
    View(N_("Why divide?"), N_("Why √d_k"), "🎲", "laboratory", "simulation"),
    View(N_("Measured scores"), N_("Why √d_k"), "📏", "laboratory", "measured"),
    View(N_("Without √d_k"), N_("Why √d_k"), "🧪", "laboratory", "scale"),
    View(N_("Atlas of heads"), N_("What heads do"), "🗂️", "heads", "atlas"),
    View(N_("How many heads?"), N_("What heads do"), "✂️", "heads", "pruning", "nothing"),
    View(
        N_("All heads as lines"), N_("What heads do"), "🧶", "heads", "lines", "any", changes=True
    ),
    View(
        N_("Attention or cause?"),
        N_("Explanations"),
        "🕵️",
        "explanations",
        "explain",
        changes=True,
    ),
    View(N_("Logit lens"), N_("Explanations"), "🔍", "explanations", "lens", changes=True),
    View(
        N_("Parts of a logit"),
        N_("Explanations"),
        "⚖️",
        "explanations",
        "contributions",
        changes=True,
    ),
    View(N_("Edits"), N_("Change it"), "🛠️", "change", "edits"),
    View(N_("Your own English"), N_("Change it"), "✍️", "change", "english", "any", changes=True),
    View(N_("Compare"), N_("Change it"), "🪞", "change", "compare"),
    View(N_("Patching"), N_("Change it"), "🩹", "change", "patching"),
    View(N_("The search"), N_("How it writes"), "🌳", "writing", "search", "any", changes=True),
    View(N_("Piece after piece"), N_("How it writes"), "⏯️", "writing", "decode", changes=True),
    View(N_("Long memory"), N_("Why not an RNN?"), "🧵", "recurrence", "memory", "any"),
    View(N_("Chain or sum"), N_("Why not an RNN?"), "⛓️", "recurrence", "chain", "any"),
    View(N_("Remember it"), N_("Why not an RNN?"), "🧠", "recurrence", "recall", "nothing"),
    View(N_("Speed"), N_("Why not an RNN?"), "⏱", "recurrence", "speed", "nothing"),
    View(N_("Parameters"), N_("Learning"), "🧱", "learning", "parameters", "any"),
    View(N_("The loss"), N_("Learning"), "📉", "learning", "loss", "any"),
    View(N_("Training"), N_("Learning"), "📈", "learning", "training", "nothing"),
    View(N_("Watch it learn"), N_("Learning"), "🏃", "learning", "live", "nothing"),
)
BY_PATH = {view.path: view for view in VIEWS}
