"""Which rows change: a bar for every row of each sub-layer's output, nothing where nothing does."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed, name_rows

GAP = 0.04  # of the width, between two columns
ROOM = 1.8  # times the longest bar, so that its number fits beside it


def changes_figure(
    changes: Sequence[np.ndarray],
    rows: Sequence[str],
    *,
    headings: Sequence[str],
    chosen: int,
    title: str,
    dark: bool = False,
) -> go.Figure:
    """A column of bars for each of ``changes``, each with its own scale; exact zeros read 0."""
    figure = go.Figure()
    share = (1 + GAP) / len(changes)
    for number, (lengths, heading) in enumerate(zip(changes, headings, strict=True), start=1):
        suffix = "" if number == 1 else str(number)
        figure.add_bar(
            x=lengths,
            y=list(range(len(rows))),
            orientation="h",
            xaxis=f"x{suffix}",
            marker_color=colours.signed(dark)[1],
            text=[_written(length) for length in lengths],
            textposition="outside",
            textfont={"size": 16},
            cliponaxis=False,
            hovertemplate="<b>%{x:.6g}</b><extra></extra>",
        )
        begin = share * (number - 1)
        axis = {
            "domain": [begin, begin + share - GAP],
            "range": [0, ROOM * (float(lengths.max()) or 1.0)],
            "title": {"text": _stacked(heading), "standoff": 6},
            "side": "top",
            "showgrid": False,
            "showticklabels": False,
            "zeroline": True,
        }
        figure.update_layout({f"xaxis{suffix}": axis})
    height = name_rows(figure, rows, chosen)
    framed(figure, title, dark, height + 20, above=110)
    return figure.update_layout(bargap=0.25)


def _written(length: float) -> str:
    """Few digits, and a bare 0 for nothing else than an exact zero."""
    return "0" if length == 0 else f"{length:.2f}" if length < 10 else f"{length:.1f}"


def _stacked(heading: str) -> str:
    """A heading in short lines, for the narrow columns of a phone."""
    return escape(heading).replace("-", "-<br>").replace(" ", "<br>")
