"""A beam search as a tree that answers to the pointer and the keyboard."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from pages.shared.components.base import check_labels, register
from transformer.analysis.tree import Node

BEAM_TREE_LABELS = ("tree", "step", "sentence", "kept", "dropped", "finished", "final")
BEAM_TREE_HTML = """
<div class="beam-tree">
  <div class="scroll"><div class="tree" role="group"><svg aria-hidden="true"></svg></div></div>
  <p class="sentence" aria-live="polite"></p>
</div>
"""

_mount = register("beam_tree", BEAM_TREE_HTML)


def beam_tree(
    nodes: Sequence[Node],
    rows: Mapping[int, int],
    path: Sequence[int],
    picked: int,
    *,
    labels: Mapping[str, str],
    key: str,
    on_pick: Callable[[int], None],
) -> None:
    """Draw the nodes that have a row, step after step from left to right; a click picks one.

    ``path`` are the places of the final text's nodes, ``picked`` is the place of the one in a ring.

    ``labels``, already translated: "tree" describes the whole for screen readers, "step" is "Step
    {number}", "kept", "dropped", "finished" and "final" name the states, and "sentence" is said of
    the node pointed at, with the placeholders {text}, {step}, {rank}, {total}, {score} and {state}.

    ``on_pick(place)`` is called before the run that a click starts.

    Raises ValueError if a node of the path or the picked one has no row, or a label is missing.
    """
    if missing := {*path, picked} - set(rows):
        raise ValueError(f"nodes {sorted(missing)} must have a row")
    check_labels(labels, BEAM_TREE_LABELS)

    def forward() -> None:
        place = st.session_state[key].picked
        if place is not None and int(place) in rows:
            on_pick(int(place))

    data = {
        "nodes": [
            {
                "place": place,
                "step": nodes[place].step,
                "row": row,
                "rank": nodes[place].rank + 1,
                "parent": nodes[place].parent,
                "piece": nodes[place].piece,
                "text": nodes[place].text,
                "total": f"{nodes[place].log_probability:.2f}",
                "score": f"{nodes[place].score:.2f}",
                "state": nodes[place].state,
            }
            for place, row in rows.items()
        ],
        "path": list(path),
        "picked": picked,
        "labels": dict(labels),
    }
    _mount(key=key, data=data, on_picked_change=forward)
