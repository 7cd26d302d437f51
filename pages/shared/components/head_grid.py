"""The overview of all heads."""

import base64
from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from pages.shared.components.base import check_labels, register

HEAD_GRID_LABELS = ("grid", "layer", "head", "cell")
HEAD_GRID_HTML = '<div class="head-grid"></div>'

_mount = register("head_grid", HEAD_GRID_HTML)


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
    check_labels(labels, HEAD_GRID_LABELS)

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
    chosen = _mount(key=key, data=data, on_chosen_change=forward_choice).chosen
    return None if chosen is None else (int(chosen[0]), int(chosen[1]))
