"""One head as a heat map: rows are queries, columns are keys, every row sums to one."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed, name_columns, name_rows

NUMBERS_UP_TO = 14  # columns: with more, numbers inside the cells would not be legible


def head_figure(
    weights_LM: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    row_title: str,
    column_title: str,
    dark: bool = False,
    stretch: bool = False,
) -> go.Figure:
    """``weights_LM`` with the tokens on both axes and the exact weight on hover.

    The colours run from 0 to 1, or with ``stretch`` to the largest weight shown. Tokens may
    contain anything: they are escaped.
    """
    query_count, key_count = weights_LM.shape
    with_numbers = key_count <= NUMBERS_UP_TO
    top = max(float(weights_LM.max()), 1e-6) if stretch and weights_LM.size else 1.0
    figure = go.Figure(
        go.Heatmap(
            z=np.ascontiguousarray(weights_LM, dtype=np.float32),
            zmin=0,
            zmax=top,
            colorscale=colours.weights_scale(dark),
            showscale=stretch or not with_numbers,
            colorbar={"thickness": 14, "len": 0.9, "tickformat": ".2f", "outlinewidth": 0},
            customdata=_names(rows, columns),
            hovertemplate="%{customdata[0]} → %{customdata[1]}<br><b>%{z:.4f}</b><extra></extra>",
            text=_numbers(weights_LM) if with_numbers else None,
            texttemplate="%{text}" if with_numbers else None,
            # No size: the numbers then shrink with the cells, down to a phone's.
            xgap=1,
            ygap=1,
        )
    )
    name_columns(figure, columns)
    name_rows(figure, rows)
    height = 180 + max((26 if with_numbers else 22) * query_count, 220)
    framed(figure, "", dark, height, above=10)
    for axes, title, colour in (
        (figure.update_xaxes, column_title, colours.key(dark)),
        (figure.update_yaxes, row_title, colours.query(dark)),
    ):
        axes(title={"text": escape(title), "font": {"color": colour, "size": 17}})
    return figure.update_xaxes(side="top", constrain="domain")


def _numbers(weights_LM: np.ndarray) -> np.ndarray:
    """Weights as two digits; blank where that would read 0.00, so that the eye finds the rest."""
    return np.array([[f"{w:.2f}" if w >= 0.005 else "" for w in row] for row in weights_LM])


def _names(rows: Sequence[str], columns: Sequence[str]) -> np.ndarray:
    """Row and column names of every cell, (L, M, 2), escaped for the hover text."""
    names = np.empty((len(rows), len(columns), 2), dtype=object)
    names[..., 0] = np.array([escape(row) for row in rows], dtype=object)[:, None]
    names[..., 1] = np.array([escape(column) for column in columns], dtype=object)[None, :]
    return names
