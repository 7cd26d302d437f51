"""Heads as heat maps: rows are queries, columns are keys; one head, or how two differ."""

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
    numbers: bool = True,
) -> go.Figure:
    """``weights_LM`` with the tokens on both axes and the exact weight on hover.

    The colours run from 0 to 1, or with ``stretch`` to the largest weight shown. Cells hold their
    ``numbers`` where there are few enough. Tokens may contain anything: they are escaped.
    """
    with_numbers = numbers and len(columns) <= NUMBERS_UP_TO
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
    return _with_axes(figure, rows, columns, row_title, column_title, dark)


def difference_figure(
    difference_LM: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    row_title: str,
    column_title: str,
    dark: bool = False,
) -> go.Figure:
    """One head's weights minus another's, with the tokens on both axes.

    The scale of colours reaches as far below zero as above, to the largest difference.
    """
    with_numbers = len(columns) <= NUMBERS_UP_TO
    top = max(float(np.abs(difference_LM).max()), 1e-6)
    figure = go.Figure(
        go.Heatmap(
            z=np.ascontiguousarray(difference_LM, dtype=np.float32),
            zmin=-top,
            zmax=top,
            colorscale=colours.signed_scale(dark),
            colorbar={"thickness": 14, "len": 0.9, "tickformat": "+.2f", "outlinewidth": 0},
            customdata=_names(rows, columns),
            hovertemplate="%{customdata[0]} → %{customdata[1]}<br><b>%{z:+.4f}</b><extra></extra>",
            text=_numbers(difference_LM, "+.2f") if with_numbers else None,
            texttemplate="%{text}" if with_numbers else None,
            xgap=1,
            ygap=1,
        )
    )
    return _with_axes(figure, rows, columns, row_title, column_title, dark)


def _with_axes(
    figure: go.Figure,
    rows: Sequence[str],
    columns: Sequence[str],
    row_title: str,
    column_title: str,
    dark: bool,
) -> go.Figure:
    """Names of queries and keys, and the height that they need."""
    name_columns(figure, columns)
    name_rows(figure, rows)
    height = 180 + max((26 if len(columns) <= NUMBERS_UP_TO else 22) * len(rows), 220)
    framed(figure, "", dark, height, above=10)
    figure.update_layout(margin_r=30)  # Plotly leaves out a slanting last name without room
    for axes, title, colour in (
        (figure.update_xaxes, column_title, colours.key(dark)),
        (figure.update_yaxes, row_title, colours.query(dark)),
    ):
        axes(title={"text": escape(title), "font": {"color": colour, "size": 17}})
    return figure.update_xaxes(side="top", constrain="domain")


def _numbers(weights_LM: np.ndarray, digits: str = ".2f") -> np.ndarray:
    """Two digits each; blank where that would read 0.00, so that the eye finds the rest."""
    return np.array(
        [[f"{w:{digits}}" if abs(w) >= 0.005 else "" for w in row] for row in weights_LM]
    )


def _names(rows: Sequence[str], columns: Sequence[str]) -> np.ndarray:
    """Row and column names of every cell, (L, M, 2), escaped for the hover text."""
    names = np.empty((len(rows), len(columns), 2), dtype=object)
    names[..., 0] = np.array([escape(row) for row in rows], dtype=object)[:, None]
    names[..., 1] = np.array([escape(column) for column in columns], dtype=object)[None, :]
    return names
