"""A sentence as the model gets it: its pieces in reading order, each over its id."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed

COLUMNS = 5  # pieces side by side
ROW = 74  # pixels


def pieces_figure(
    pieces: Sequence[str],
    ids: Sequence[int],
    read: int,
    *,
    title: str,
    dark: bool = False,
) -> go.Figure:
    """The first ``read`` pieces in boxes with their ids; the others, not there yet, pale."""
    rows = -(-len(pieces) // COLUMNS)
    figure = go.Figure()
    for begin, end, colour, dash in (
        (0, read, colours.ink(dark), "solid"),
        (read, len(pieces), colours.learned(dark), "dot"),
    ):
        text = np.full(rows * COLUMNS, "", dtype=object)
        text[begin:end] = [f"{escape(pieces[i])}<br>{ids[i]}" for i in range(begin, end)]
        figure.add_heatmap(
            z=np.zeros((rows, COLUMNS), dtype=np.uint8),
            colorscale=[(0, "rgba(0,0,0,0)"), (1, "rgba(0,0,0,0)")],
            showscale=False,
            text=text.reshape(rows, COLUMNS),
            texttemplate="%{text}",
            # No size: the pieces then shrink with the cells, down to a phone's.
            textfont_color=colour,
            hoverinfo="skip",
        )
        for i in range(begin, end):
            row, column = divmod(i, COLUMNS)
            figure.add_shape(
                type="rect",
                x0=column - 0.47,
                x1=column + 0.47,
                y0=row - 0.43,
                y1=row + 0.43,
                line={"width": 2, "color": colour, "dash": dash},
            )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, autorange="reversed")
    return framed(figure, title, dark, height=ROW * rows + 10)
