"""All heads of one kind of attention at a glance, and the chosen one large beside them."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from pages.shared.components.base import check_labels, packed, register

HEADS_LABELS = (
    "grid",
    "layer",
    "head",
    "cell",
    "hint",
    "row_title",
    "column_title",
    "kind",
    "sentence",
    "mean_sentence",
)
HEADS_HTML = """
<div class="heads">
  <div class="overview"><div class="head-grid"></div><p class="hint"></p></div>
  <div class="large"><div class="picture"></div><p class="sentence" aria-live="polite"></p></div>
</div>
"""

_mount = register("heads", HEADS_HTML, matrix=True)


class Link(NamedTuple):
    """The link that the sentence about a head names."""

    row: int
    column: int
    weight: str  # as it is printed


def heads(
    weights_NHLM: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    links: Sequence[Sequence[Link]],
    *,
    selected: tuple[int, int],
    mean: bool = False,
    stretch: bool = False,
    labels: Mapping[str, str],
    key: str,
    on_change: Callable[[int, int], None] | None = None,
) -> None:
    """Draw every head of every layer; a click chooses the one drawn large, without the server.

    `weights_NHLM`: (layers, heads, queries, keys), from 0 to 1; values outside are clipped. They
    reach the browser within 1e-5, in sentences of more than 64 pieces within 0.0025, and so that
    the four or two digits shown are those of the weight itself. `rows` and `columns` are the names
    of queries and keys.

    `links[layer]`: what the sentence says about each head, and last about the mean over heads.

    `selected`: (layer, head), counted from 0. `mean` draws the mean over the heads of that layer
    instead, until a head is clicked. Colours run to 1, or with `stretch` to the largest weight.

    `labels`, already translated: "grid" describes the overview for screen readers, "layer" is
    "Layer {number}", "head" is "Head {number}", "cell" is "Layer {layer}, head {head}"; "hint"
    stands below the overview, the titles stand at the axes, "kind" names the attention;
    "sentence" and "mean_sentence" have the placeholders {kind}, {layer}, {head}, {heads}, {query},
    {key} and {weight}. Numbers shown count from 1; on a phone the headings are the numbers alone.

    `on_change(layer, head)` is called before the run that a choice starts: the place to store it.

    Raises ValueError when shapes, names, links, `selected` or `labels` do not fit.
    """
    _check(weights_NHLM, rows, columns, links, selected)
    check_labels(labels, HEADS_LABELS)
    layers, heads = weights_NHLM.shape[:2]
    answered = f"{key}_answered"  # the number that the browser gave its latest choice

    def forward_choice() -> None:
        chosen = st.session_state[key].chosen
        if chosen is not None:
            layer, head, st.session_state[answered] = (int(part) for part in chosen)
            if on_change is not None:
                on_change(layer, head)

    with_mean = np.concatenate([weights_NHLM, weights_NHLM.mean(1, keepdims=True)], axis=1)
    data = {
        **packed(with_mean),
        "layers": layers,
        "heads": heads,
        "rows": list(rows),
        "columns": list(columns),
        "links": [[list(link) for link in layer] for layer in links],
        "selected": [int(selected[0]), int(selected[1])],
        "answered": st.session_state.get(answered, 0),
        "mean": bool(mean),
        "stretch": bool(stretch),
        "labels": dict(labels),
    }
    _mount(key=key, data=data, on_chosen_change=forward_choice)


def _check(
    weights_NHLM: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    links: Sequence[Sequence[Link]],
    selected: tuple[int, int],
) -> None:
    if weights_NHLM.ndim != 4 or 0 in weights_NHLM.shape:
        raise ValueError(
            f"weights_NHLM must have shape (layers, heads, queries, keys), got {weights_NHLM.shape}"
        )
    layers, heads, queries, keys = weights_NHLM.shape
    if (len(rows), len(columns)) != (queries, keys):
        raise ValueError(
            f"weights_NHLM has {queries} queries and {keys} keys, "
            f"but there are {len(rows)} row names and {len(columns)} column names"
        )
    if [len(layer) for layer in links] != [heads + 1] * layers:
        raise ValueError(f"links must have {heads} heads and their mean in each of {layers} layers")
    layer, head = selected
    if not (0 <= layer < layers and 0 <= head < heads):
        raise ValueError(
            f"selected must lie within {layers} layers and {heads} heads, got {selected}"
        )
