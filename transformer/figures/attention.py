"""One head as a heat map: rows are queries, columns are keys, every row sums to one."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures.colours import (
    INK_DARK,
    INK_LIGHT,
    KEY,
    KEY_DARK,
    QUERY,
    QUERY_DARK,
    weights_scale,
)

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
            colorscale=weights_scale(dark),
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
    ink = INK_DARK if dark else INK_LIGHT
    tickfont = {"size": 17 if max(query_count, key_count) <= NUMBERS_UP_TO else 14, "color": ink}
    figure.update_xaxes(
        title={
            "text": escape(column_title),
            "font": {"color": KEY_DARK if dark else KEY, "size": 17},
        },
        tickvals=list(range(key_count)),
        ticktext=[escape(column) for column in columns],
        tickangle=0 if key_count <= 6 else -45 if with_numbers else -90,
        tickfont=tickfont,
        side="top",
        showgrid=False,
        constrain="domain",
    )
    figure.update_yaxes(
        title={
            "text": escape(row_title),
            "font": {"color": QUERY_DARK if dark else QUERY, "size": 17},
        },
        tickvals=list(range(query_count)),
        ticktext=[escape(row) for row in rows],
        tickfont=tickfont,
        autorange="reversed",
        showgrid=False,
    )
    figure.update_layout(
        height=190 + max((26 if with_numbers else 22) * query_count, 220),
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        hoverlabel={"font": {"size": 17}},
        font={"size": 16},
        modebar={"remove": ["zoom", "pan", "zoomIn", "zoomOut", "autoScale"]},
    )
    return figure


def _numbers(weights_LM: np.ndarray) -> np.ndarray:
    """Weights as two digits; blank where that would read 0.00, so that the eye finds the rest."""
    return np.array([[f"{w:.2f}" if w >= 0.005 else "" for w in row] for row in weights_LM])


def _names(rows: Sequence[str], columns: Sequence[str]) -> np.ndarray:
    """Row and column names of every cell, (L, M, 2), escaped for the hover text."""
    names = np.empty((len(rows), len(columns), 2), dtype=object)
    names[..., 0] = np.array([escape(row) for row in rows], dtype=object)[:, None]
    names[..., 1] = np.array([escape(column) for column in columns], dtype=object)[None, :]
    return names
