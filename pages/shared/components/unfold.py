"""The whole model as one picture that unfolds: boxes keep their place and open."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

import numpy as np
import streamlit as st

from pages.shared.components.base import check_labels, register

UNFOLD_LABELS = ("picture", "idle")
UNFOLD_HTML = """
<div class="unfold">
  <p class="sentence" aria-live="polite"></p>
  <div class="frame" role="group"><div class="stage"><svg aria-hidden="true"></svg></div></div>
</div>
"""
# What the lines of the picture lead to and from.
NEEDED = ("source", "model", "encoder", "memory", "read", "decoder", "target")
ROWS, COLUMNS = 32, 28  # numbers of a matrix that its small picture shows

_mount = register("unfold", UNFOLD_HTML, matrix=True)


class Shown(TypedDict):
    """One box: what is written on it and said about it, and a small picture of its numbers."""

    name: str
    kind: str
    parent: str  # the name of the box it lies in, "" for none
    title: str
    note: str
    said: str
    mark: str  # at its end: what a click does
    open: bool  # whether what lies in it is seen
    text: NotRequired[str]  # a sentence, in large letters
    values: NotRequired[np.ndarray]  # (rows, columns)
    scale: NotRequired[Literal["signed", "weights"]]


def unfold(
    boxes: Sequence[Shown],
    *,
    labels: Mapping[str, str],
    key: str,
    on_click: Callable[[str], None] | None = None,
) -> None:
    """Draw the boxes from the bottom up, and the lines between them.

    ``boxes`` stand in the order in which a sentence comes through them, each behind its parent. In
    a box of the kind "layer" every three are a norm, a sub-layer and a residual sum. Of ``values``
    the first ``ROWS`` rows and ``COLUMNS`` columns are drawn, the largest in full colour: "signed"
    ones around zero or "weights" from 0 on.

    ``labels``, already translated: "picture" names the whole for screen readers, "idle" is said
    while no box is pointed at.

    ``on_click(name)`` is called before the run that a click starts.

    Raises ValueError when a box or label is missing, comes twice or before its parent, or when
    values are no finite matrix.
    """
    check_labels(labels, UNFOLD_LABELS)
    _check(boxes)

    def forward_click() -> None:
        name = st.session_state[key].clicked
        if on_click is not None and name in names:
            on_click(name)

    names = {box["name"] for box in boxes}
    data = {"boxes": [_plain(box) for box in boxes], "labels": dict(labels)}
    _mount(key=key, data=data, on_clicked_change=forward_click)


def _check(boxes: Sequence[Shown]) -> None:
    known: set[str] = set()
    for box in boxes:
        name, parent = box["name"], box["parent"]
        if name in known:
            raise ValueError(f"there are two boxes named {name}")
        if parent and parent not in known:
            raise ValueError(f"the box {name} must stand behind the one it lies in, {parent}")
        known.add(name)
        values = box.get("values")
        if values is not None and (values.ndim != 2 or not np.isfinite(values).all()):
            raise ValueError(f"values of {name} must be a matrix of finite numbers")
    missing = [name for name in NEEDED if name not in known]
    if missing:
        raise ValueError(f"boxes must have {', '.join(NEEDED)}; missing: {', '.join(missing)}")


def _plain(box: Shown) -> dict[str, object]:
    """``box`` for the browser, its values as places on a scale of 256 colours."""
    plain: dict[str, object] = {name: part for name, part in box.items() if name != "values"}
    if "values" in box:
        part = box["values"][:ROWS, :COLUMNS].astype(np.float64)
        top = np.abs(part).max(initial=0) or 1.0
        if box.get("scale") == "weights":
            places = 255 * np.clip(part, 0, None) / top
        else:
            places = 127.5 * (1 + part / top)
        plain["rows"], plain["columns"] = part.shape
        plain["places"] = base64.b64encode(places.round().astype(np.uint8).tobytes()).decode()
    return plain
