"""Our own components, one in each module here.

All run inside the page itself (no frame, nothing fetched): the JavaScript and the style sheets lie
in assets/components and are registered once, when this package is imported. What users typed
travels only as data and is written as text in the browser, never as markup.
"""

from pages.shared.components.beam_tree import BEAM_TREE_LABELS, beam_tree
from pages.shared.components.heads import HEADS_LABELS, Link, heads
from pages.shared.components.piece_steps import PIECE_STEPS_LABELS, piece_steps
from pages.shared.components.side_lines import SIDE_LINES_LABELS, side_lines
from pages.shared.components.unfold import UNFOLD_LABELS, unfold
from pages.shared.components.word_links import WORD_LINKS_LABELS, word_links

__all__ = [
    "BEAM_TREE_LABELS",
    "HEADS_LABELS",
    "PIECE_STEPS_LABELS",
    "SIDE_LINES_LABELS",
    "UNFOLD_LABELS",
    "WORD_LINKS_LABELS",
    "Link",
    "beam_tree",
    "heads",
    "piece_steps",
    "side_lines",
    "unfold",
    "word_links",
]
