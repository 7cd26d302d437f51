"""The two components of our own: the overview of all heads, and the words linked by curves.

Both run inside the page itself (no frame, nothing fetched): the JavaScript and the style sheets lie
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


class Word(TypedDict):
    """One word as a reader sees it."""

    text: str
    special: bool  # a mark of the model's own, such as </s>: drawn small and muted
    joined: NotRequired[bool]  # no space before it, as before a full stop
    probability: NotRequired[float]  # target words: how sure the model was, 0 to 1


def _register(name: str, html: str) -> ComponentRenderer:
    return st.components.v2.component(
        name,
        html=html,
        css=(ASSETS / f"{name}.css").read_text(encoding="utf-8"),
        js=(ASSETS / f"{name}.js").read_text(encoding="utf-8"),
    )


_mount_head_grid = _register("head_grid", HEAD_GRID_HTML)
_mount_word_links = _register("word_links", WORD_LINKS_HTML)


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


def _check_labels(labels: Mapping[str, str], needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in labels]
    if missing:
        raise ValueError(f"labels must have {', '.join(needed)}; missing: {', '.join(missing)}")
