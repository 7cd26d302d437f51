"""All heads of all attentions as lines from words to words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from pages.shared.components.base import check_labels, packed, register
from transformer.analysis.panel import Panel

LINES_LABELS = (
    "layer",
    "head",
    "cell",
    "heads",
    "hint",
    "all",
    "unpin",
    "save",
    "rest",
    "chosen",
    "none",
    "line",
    "strongest",
    "pair",
)
LINES_HTML = """
<div class="lines">
  <p class="hint"></p>
  <div class="tools">
    <button type="button" class="all"></button>
    <button type="button" class="unpin"></button>
    <button type="button" class="save"></button>
  </div>
  <div class="panels"></div>
  <p class="sentence" aria-live="polite"></p>
  <div class="numbers"></div>
</div>
"""

_mount = register("lines", LINES_HTML, matrix=True)


@dataclass(frozen=True)
class Titled:
    """A panel, and in the reader's language its name, who looks, and who is looked at."""

    panel: Panel
    name: str
    row_title: str
    column_title: str


class Marked(NamedTuple):
    """What the visitor chose in one panel: heads shown (N, H), and places of the pinned words."""

    shown_NH: np.ndarray
    rows: tuple[int, ...]
    columns: tuple[int, ...]


def lines(
    panels: Sequence[Titled],
    *,
    file_name: str,
    labels: Mapping[str, str],
    key: str,
    on_change: Callable[[Sequence[Marked]], None] | None = None,
) -> None:
    """Draw queries at the left and keys at the right of every panel, and a line for each weight.

    Colour is the head, opacity the weight, as it reaches the browser (see ``packed``). Pointing at
    words, pinning them, showing and hiding heads is all answered in the browser; `file_name` (with
    no ending) is what it saves the picture as.

    `labels`, already translated: "layer" and "head" are "Layer {number}" and "Head {number}",
    "cell" is "Layer {layer}, head {head}"; "heads" names the heads of one panel ({kind}) for screen
    readers, "hint" says what can be done, "all", "unpin" and "save" stand on buttons. "rest" is
    said while no word is chosen ({heads}, {lines}, {faintest}), "chosen" of the chosen ones
    ({words}, {lines}), "none" where they have no line ({words}, {faintest}); "line" says one line
    ({kind}, {layer}, {head}, {query}, {key}, {weight}). "strongest" stands over the strongest links
    of all heads of a {kind}, "pair" over the weights from one {query} to one {key}. Numbers shown
    count from 1.

    `on_change` gets what is chosen in each panel, before the run that a choice starts.

    Raises ValueError when there is no panel or a label is missing.
    """
    if not panels:
        raise ValueError("there must be a panel, got none")
    check_labels(labels, LINES_LABELS)
    answered = f"{key}_answered"  # the number that the browser gave its latest choice

    def forward_choice() -> None:
        chosen = st.session_state[key].chosen
        if chosen is not None:
            st.session_state[answered] = int(chosen["count"])
            if on_change is not None and len(chosen["panels"]) == len(panels):
                on_change(
                    [
                        _marked(titled.panel, part)
                        for titled, part in zip(panels, chosen["panels"], strict=True)
                    ]
                )

    data = {
        "panels": [_plain(titled) for titled in panels],
        "answered": st.session_state.get(answered, 0),
        "file": file_name,
        "labels": dict(labels),
    }
    _mount(key=key, data=data, on_chosen_change=forward_choice)


def _plain(titled: Titled) -> dict[str, Any]:
    panel = titled.panel
    return {
        **packed(panel.weights_NHLM),
        "kind": titled.name,
        "titles": [titled.row_title, titled.column_title],
        "words": [list(panel.rows), list(panel.columns)],
        "layers": [layer + 1 for layer in panel.layers],
        "heads": panel.weights_NHLM.shape[1],
        "faintest": panel.faintest,
        "shown": panel.shown_NH.astype(int).tolist(),
        "pinned": [list(panel.pinned_rows), list(panel.pinned_columns)],
    }


def _marked(panel: Panel, part: Mapping[str, Any]) -> Marked:
    """What the browser says, within what there is."""
    layers, heads = panel.shown_NH.shape
    shown_NH = np.array(part["shown"], dtype=bool)
    if shown_NH.shape != (layers, heads):  # said of another model's heads
        shown_NH = panel.shown_NH
    rows, columns = part["pinned"]
    return Marked(shown_NH, _within(rows, panel.rows), _within(columns, panel.columns))


def _within(places: Sequence[int], words: Sequence[str]) -> tuple[int, ...]:
    return tuple(sorted({int(place) for place in places if 0 <= int(place) < len(words)}))
