"""A table of words in shades: what each state of a vector would already write."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed, name_columns, name_rows

HALF = 0.49  # of a cell: where its frame runs


def lens_figure(
    probabilities: np.ndarray,
    texts: Sequence[Sequence[object]],
    framed_cells: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    title: str,
    chosen: int | None = None,
    dark: bool = False,
) -> go.Figure:
    """``texts`` (escaped) in cells as dark as their probability, (rows, columns).

    A frame stands where ``framed_cells`` is true; the name of the chosen row is bold.
    """
    figure = go.Figure(
        go.Heatmap(
            z=probabilities.astype(np.float32),
            zmin=0,
            zmax=1,
            colorscale=colours.weights_scale(dark),
            showscale=False,
            text=[[escape(str(text)) for text in row] for row in texts],
            # No size and no colour: the words shrink with the cells and stand out from them.
            texttemplate="%{text}",
            hovertemplate="%{text}: <b>%{z:.4f}</b><extra></extra>",
            xgap=4,
            ygap=4,
        )
    )
    _frame(figure, framed_cells, dark)
    name_columns(figure, columns)
    height = name_rows(figure, rows, chosen)
    # The frames would widen the axes.
    figure.update_xaxes(side="top", range=[-0.5, len(columns) - 0.5])
    figure.update_yaxes(autorange=False, range=[len(rows) - 0.5, -0.5])
    return framed(figure, title, dark, height * 6 // 5 + 20, above=80)


def _frame(figure: go.Figure, cells: np.ndarray, dark: bool) -> None:
    """A frame around every cell that is true, all in one line with gaps: many shapes are slow."""
    rows, columns = (places[:, None] for places in np.nonzero(cells))
    across = np.array([-HALF, HALF, HALF, -HALF, -HALF, np.nan])
    down = np.array([-HALF, -HALF, HALF, HALF, -HALF, np.nan])
    figure.add_scatter(
        x=(columns + across).ravel(),
        y=(rows + down).ravel(),
        mode="lines",
        line={"color": colours.ink(dark), "width": 2.5},
        hoverinfo="skip",
        showlegend=False,
    )
