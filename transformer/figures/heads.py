"""All heads of one attention side by side, each as large as there is room for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed

IN_A_ROW = 4
GAP = 2  # cells between two heads: room for the name of the lower one
CELL = 26  # pixels


def heads_figure(
    weights_HLM: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    names: Sequence[str],
    row_title: str,
    column_title: str,
    expected: Sequence[int] = (),
    dark: bool = False,
) -> go.Figure:
    """``weights_HLM`` in one picture, a name above each head, from 0 to 1 in colour.

    ``expected`` outlines a column of every row, from the first row on. Rows and columns may
    contain anything: they are escaped.
    """
    heads, high, wide = weights_HLM.shape
    across = min(heads, IN_A_ROW)
    places = [divmod(head, across) for head in range(heads)]
    tops = [(GAP + high) * down for down, _right in places]
    lefts = [(GAP + wide) * right for _down, right in places]
    z = np.full((max(tops) + high, max(lefts) + wide), np.nan, dtype=np.float32)
    texts = np.full(z.shape, "", dtype=object)
    for weights_LM, name, top, left in zip(weights_HLM, names, tops, lefts, strict=True):
        z[top : top + high, left : left + wide] = weights_LM
        texts[top : top + high, left : left + wide] = [
            [f"{escape(name)}: {escape(row)} → {escape(column)}" for column in columns]
            for row in rows
        ]
    figure = go.Figure(
        go.Heatmap(
            z=z,
            zmin=0,
            zmax=1,
            colorscale=colours.weights_scale(dark),
            showscale=False,
            customdata=texts,
            hovertemplate="%{customdata}<br><b>%{z:.4f}</b><extra></extra>",
            hoverongaps=False,
            xgap=1,
            ygap=1,
        )
    )
    figure.add_scatter(
        x=[left + column for left in lefts for column in expected],
        y=[top + row for top in tops for row in range(len(expected))],
        mode="markers",
        marker={"symbol": "square-open", "size": 16, "color": colours.ink(dark)},
        hoverinfo="skip",
    )
    for name, top, left in zip(names, tops, lefts, strict=True):
        figure.add_annotation(
            x=left + (wide - 1) / 2,
            y=top - 1,
            text=f"<b>{escape(name)}</b>",
            showarrow=False,
            font={"size": 16},
        )
    _ticks(figure.update_xaxes, sorted(set(lefts)), columns, (-0.6, z.shape[1] - 0.4))
    _ticks(figure.update_yaxes, sorted(set(tops)), rows, (z.shape[0] - 0.4, -1.6))
    framed(figure, "", dark, 110 + CELL * (z.shape[0] + 1), above=10)
    for axes, title, colour in (
        (figure.update_xaxes, column_title, colours.key(dark)),
        (figure.update_yaxes, row_title, colours.query(dark)),
    ):
        axes(title={"text": escape(title), "font": {"color": colour, "size": 17}})
    return figure.update_xaxes(tickangle=0)


def _ticks(
    update: Callable[..., object],
    starts: Sequence[int],
    names: Sequence[str],
    reach: tuple[float, float],
) -> None:
    """The names of all heads' rows or columns along one axis."""
    update(
        tickvals=[start + place for start in starts for place in range(len(names))],
        ticktext=[escape(name) for name in names] * len(starts),
        range=reach,
        showgrid=False,
        zeroline=False,
    )
