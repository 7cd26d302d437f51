"""A French sentence, the model's English with marks where it was unsure, and ours beside it."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np

from pages.shared.components.base import check_labels, register

SIDE_LINES_LABELS = ("before", "french", "pieces", "model", "ours", "unsure")
SIDE_LINES_HTML = '<dl class="side-lines"></dl>'

_mount = register("side_lines", SIDE_LINES_HTML)


class MarkedWord(TypedDict):
    """A word of the model's English and its least probable piece."""

    text: str
    joined: bool  # no space before it, as before a full stop
    probability: float  # 0 to 1
    unsure: bool


def side_lines(
    french: str,
    pieces: Sequence[str],
    words: Sequence[MarkedWord],
    ours: str,
    *,
    before: str = "",
    labels: Mapping[str, str],
    key: str,
) -> None:
    """Draw the lines below each other, each with its label; those that are empty are left out.

    Words that are unsure are underlined with dots, with their probability below.

    `labels`, already translated: "before" (a sentence that the model did not read), "french",
    "pieces", "model" and "ours" name the lines, "unsure" is what a marked word is called for those
    who cannot see the mark.

    Raises ValueError when a probability is not a finite number or a label is missing.
    """
    check_labels(labels, SIDE_LINES_LABELS)
    if not np.isfinite([word["probability"] for word in words]).all():
        raise ValueError("probabilities must be finite numbers, got NaN or infinity")
    data = {
        "before": before,
        "french": french,
        "pieces": " ".join(pieces),
        "words": [dict(word) for word in words],
        "ours": ours,
        "labels": dict(labels),
    }
    _mount(key=key, data=data)
