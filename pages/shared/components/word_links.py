"""Words linked by curves: what each English word drew on."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import numpy as np

from pages.shared.components.base import check_labels, register

WORD_LINKS_LABELS = ("target", "source", "idle", "target_sentence", "source_sentence", "unsure")
WORD_LINKS_HTML = """
<div class="word-links">
  <div class="stage">
    <svg class="curves" aria-hidden="true"></svg>
    <p class="caption target"></p>
    <div class="words target" role="group"></div>
    <div class="words source" role="group"></div>
    <p class="caption source"></p>
  </div>
  <p class="sentence" aria-live="polite"></p>
</div>
"""

_mount = register("word_links", WORD_LINKS_HTML)


class Word(TypedDict):
    """One word as a reader sees it."""

    text: str
    special: bool  # a mark of the model's own, such as </s>: drawn small and muted
    joined: NotRequired[bool]  # no space before it, as before a full stop
    probability: NotRequired[float]  # target words: how sure the model was, 0 to 1
    unsure: NotRequired[bool]  # target words: marked, not sure enough


def word_links(
    source_words: Sequence[Word],
    target_words: Sequence[Word],
    weights_TS: np.ndarray,
    *,
    labels: Mapping[str, str],
    key: str,
) -> None:
    """Draw the English words over the French ones, with curves for what each drew on.

    `weights_TS`: (target words, source words), from 0 to 1; a row belongs to an English word.

    `labels`, already translated: "target" and "source" name the two lines, "idle" is the sentence
    shown while no word is chosen, "target_sentence" and "source_sentence" are the ones for a chosen
    English and French word, with the placeholders {target}, {source}, {weight} and {probability};
    "unsure" is what a marked word is called.

    Nothing comes back: pointing, tapping and the keyboard are answered in the browser alone.

    Raises ValueError when shapes disagree, a weight is not a finite number or a label is missing.
    """
    expected = (len(target_words), len(source_words))
    if weights_TS.shape != expected:
        raise ValueError(
            f"weights_TS must have shape (target words, source words)={expected}, "
            f"got {weights_TS.shape}"
        )
    if not np.isfinite(weights_TS).all():
        raise ValueError("weights_TS must hold finite numbers, got NaN or infinity")
    check_labels(labels, WORD_LINKS_LABELS)
    data = {
        "source": [dict(word) for word in source_words],
        "target": [dict(word) for word in target_words],
        "weights": np.clip(weights_TS.astype(float), 0, 1).round(4).tolist(),
        "labels": dict(labels),
    }
    _mount(key=key, data=data)
