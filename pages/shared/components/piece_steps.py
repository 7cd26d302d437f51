"""The pieces of words, and how sure the model was of each that it wrote."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np

from pages.shared.components.base import check_labels, register

PIECE_STEPS_LABELS = (
    "source",
    "target",
    "heading",
    "heading_first",
    "written",
    "rank",
    "probability",
)
PIECE_STEPS_HTML = """
<div class="piece-steps">
  <div class="block source">
    <p class="caption"></p>
    <div class="words" role="group"></div>
  </div>
  <div class="block target">
    <p class="caption"></p>
    <div class="words" role="group"></div>
    <div class="panel" hidden>
      <p class="heading" aria-live="polite"></p>
      <p class="column"><span></span></p>
      <ol class="rows" role="list"></ol>
    </div>
  </div>
</div>
"""

_mount = register("piece_steps", PIECE_STEPS_HTML)


class CutWord(TypedDict):
    """A French word and the pieces it was cut into."""

    text: str
    special: bool
    pieces: Sequence[str]


class WrittenPiece(TypedDict):
    """An English piece and what the model thought at its step."""

    piece: str
    probability: float  # 0 to 1
    rank: int  # counted from 1
    likeliest: Sequence[tuple[str, float]]  # pieces and probabilities, the likeliest first


class WrittenWord(TypedDict):
    """An English word, written piece by piece."""

    text: str
    special: bool
    pieces: Sequence[WrittenPiece]


def piece_steps(
    source_words: Sequence[CutWord],
    target_words: Sequence[WrittenWord],
    *,
    labels: Mapping[str, str],
    unsure: float = 0.0,
    key: str,
) -> None:
    """Draw the pieces of every French and English word, and how sure the model was of the latter.

    A panel shows the likeliest pieces at the step chosen by pointing, tapping or the arrow keys, at
    rest at the step where the model was least sure. A written piece that is not among them, as in a
    translation someone typed, gets a row of its own with its rank. Pieces no more probable than
    `unsure` look different: 0 marks none.

    `labels`, already translated: "source" and "target" name the two blocks, "heading" stands over
    the panel and "heading_first" does so at the first piece, with the placeholders {before} (the
    English so far), {piece}, {probability} and {rank}; "written" marks the piece that was written,
    "rank" is "rank {rank}" and "probability" names the numbers.

    Nothing comes back: everything is answered in the browser.

    Raises ValueError when a probability is not a finite number or a label is missing.
    """
    check_labels(labels, PIECE_STEPS_LABELS)
    data = {
        "source": [{**word, "pieces": list(word["pieces"])} for word in source_words],
        "target": [
            {**word, "pieces": [_plain_step(step) for step in word["pieces"]]}
            for word in target_words
        ],
        "unsure": unsure,
        "labels": dict(labels),
    }
    _mount(key=key, data=data)


def _plain_step(step: WrittenPiece) -> dict[str, object]:
    likeliest = [[piece, float(probability)] for piece, probability in step["likeliest"]]
    probability = float(step["probability"])
    if not np.isfinite([probability, *(likely[1] for likely in likeliest)]).all():
        raise ValueError(f"probabilities must be finite numbers, got {step}")
    return {
        "piece": step["piece"],
        "probability": probability,
        "rank": int(step["rank"]),
        "likeliest": likeliest,
    }
