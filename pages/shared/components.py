"""Our own components: the overview of all heads, words linked by curves, and the pieces of words.

All run inside the page itself (no frame, nothing fetched): the JavaScript and the style sheets lie
in assets/components and are registered once, when this module is imported. What users typed travels
only as data and is written as text in the browser, never as markup.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

ASSETS = Path(__file__).parents[2] / "assets" / "components"

HEAD_GRID_LABELS = ("grid", "layer", "head", "cell")
WORD_LINKS_LABELS = ("target", "source", "idle", "target_sentence", "source_sentence")
PIECE_STEPS_LABELS = (
    "source",
    "target",
    "heading",
    "heading_first",
    "written",
    "rank",
    "probability",
)

HEAD_GRID_HTML = '<div class="head-grid"></div>'
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


class Word(TypedDict):
    """One word as a reader sees it."""

    text: str
    special: bool  # a mark of the model's own, such as </s>: drawn small and muted
    joined: NotRequired[bool]  # no space before it, as before a full stop
    probability: NotRequired[float]  # target words: how sure the model was, 0 to 1


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


def _register(name: str, html: str) -> ComponentRenderer:
    return st.components.v2.component(
        name,
        html=html,
        css=(ASSETS / f"{name}.css").read_text(encoding="utf-8"),
        js=(ASSETS / f"{name}.js").read_text(encoding="utf-8"),
    )


_mount_head_grid = _register("head_grid", HEAD_GRID_HTML)
_mount_word_links = _register("word_links", WORD_LINKS_HTML)
_mount_piece_steps = _register("piece_steps", PIECE_STEPS_HTML)


def head_grid(
    weights_NHLM: np.ndarray,
    *,
    selected: tuple[int, int],
    labels: Mapping[str, str],
    key: str,
    on_change: Callable[[int, int], None] | None = None,
) -> tuple[int, int] | None:
    """Draw every head of every layer of one kind of attention; a click chooses a head.

    `weights_NHLM`: (layers, heads, queries, keys), floats from 0 (the page's own colour) to 1 (full
    purple); values outside are clipped. They reach the browser as bytes, so within 0.002.

    `selected`: (layer, head), counted from 0; the outline follows it at every rerun.

    `labels`, already translated: "grid" describes the whole for screen readers, "layer" is "Layer
    {number}", "head" is "Head {number}", "cell" is "Layer {layer}, head {head}". The numbers shown
    count from 1; on a phone the headings are the numbers alone.

    Returns (layer, head), counted from 0, in the one run that a choice started, otherwise None. A
    choice is an event rather than a lasting value, so an old click never contradicts a head chosen
    elsewhere since. `on_change(layer, head)` is called before that run: the place to store it.

    Raises ValueError when the shape, `selected` or `labels` do not fit.
    """
    if weights_NHLM.ndim != 4 or 0 in weights_NHLM.shape:
        raise ValueError(
            f"weights_NHLM must have shape (layers, heads, queries, keys), got {weights_NHLM.shape}"
        )
    layers, heads, queries, keys = weights_NHLM.shape
    layer, head = selected
    if not (0 <= layer < layers and 0 <= head < heads):
        raise ValueError(
            f"selected must lie within {layers} layers and {heads} heads, got {selected}"
        )
    _check_labels(labels, HEAD_GRID_LABELS)

    def forward_choice() -> None:
        chosen = st.session_state[key].chosen
        if on_change is not None and chosen is not None:
            on_change(int(chosen[0]), int(chosen[1]))

    as_bytes = np.rint(np.clip(np.nan_to_num(weights_NHLM), 0, 1) * 255).astype(np.uint8)
    data = {
        "weights": base64.b64encode(as_bytes.tobytes()).decode("ascii"),
        "layers": layers,
        "heads": heads,
        "queries": queries,
        "keys": keys,
        "selected": [int(layer), int(head)],
        "labels": dict(labels),
    }
    chosen = _mount_head_grid(key=key, data=data, on_chosen_change=forward_choice).chosen
    return None if chosen is None else (int(chosen[0]), int(chosen[1]))


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
    English and French word, with the placeholders {target}, {source}, {weight} and {probability}.

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
    _check_labels(labels, WORD_LINKS_LABELS)
    data = {
        "source": [dict(word) for word in source_words],
        "target": [dict(word) for word in target_words],
        "weights": np.clip(weights_TS.astype(float), 0, 1).round(4).tolist(),
        "labels": dict(labels),
    }
    _mount_word_links(key=key, data=data)


def piece_steps(
    source_words: Sequence[CutWord],
    target_words: Sequence[WrittenWord],
    *,
    labels: Mapping[str, str],
    key: str,
) -> None:
    """Draw the pieces of every French and English word, and how sure the model was of the latter.

    A panel shows the likeliest pieces at the step chosen by pointing, tapping or the arrow keys, at
    rest at the step where the model was least sure. A written piece that is not among them, as in a
    translation someone typed, gets a row of its own with its rank.

    `labels`, already translated: "source" and "target" name the two blocks, "heading" stands over
    the panel and "heading_first" does so at the first piece, with the placeholders {before} (the
    English so far), {piece}, {probability} and {rank}; "written" marks the piece that was written,
    "rank" is "rank {rank}" and "probability" names the numbers.

    Nothing comes back: everything is answered in the browser.

    Raises ValueError when a probability is not a finite number or a label is missing.
    """
    _check_labels(labels, PIECE_STEPS_LABELS)
    data = {
        "source": [{**word, "pieces": list(word["pieces"])} for word in source_words],
        "target": [
            {**word, "pieces": [_plain_step(step) for step in word["pieces"]]}
            for word in target_words
        ],
        "labels": dict(labels),
    }
    _mount_piece_steps(key=key, data=data)


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


def _check_labels(labels: Mapping[str, str], needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in labels]
    if missing:
        raise ValueError(f"labels must have {', '.join(needed)}; missing: {', '.join(missing)}")
