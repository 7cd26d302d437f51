"""Cosines of vectors: one row a piece, or one line a word on its way through the layers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import ANGLES, framed, name_columns, name_rows

FULL = 1.4  # the colours stay pale enough for numbers to be read on them


def cosines_figure(
    cosines: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    chosen: int,
    title: str,
    dark: bool = False,
) -> go.Figure:
    """``cosines`` from -1 to 1 with their numbers; the name of the chosen row is bold.

    A row is a piece; a column is a state of its vector, or a piece of another sentence.
    """
    figure = go.Figure(
        go.Heatmap(
            z=cosines.astype(np.float32),
            zmin=-FULL,
            zmax=FULL,
            colorscale=colours.signed_scale(dark),
            showscale=False,
            text=[[f"{value:.2f}" for value in row] for row in cosines],
            texttemplate="%{text}",
            textfont_color=colours.ink(dark),
            hovertemplate="<b>%{z:.5f}</b><extra></extra>",
            xgap=2,
            ygap=2,
        )
    )
    name_columns(figure, columns)
    figure.update_xaxes(side="top")
    height = name_rows(figure, rows, chosen)
    return framed(figure, title, dark, height + 20, above=110)


def parting_figure(
    cosines: np.ndarray,
    others: np.ndarray,
    *,
    states: Sequence[str],
    names: tuple[str, str],
    title: str,
    dark: bool = False,
) -> go.Figure:
    """How one word's two vectors part, state by state, over what different words have in common."""
    figure = go.Figure()
    for values, name, colour, width in (
        (cosines, names[0], colours.query(dark), 5),
        (others, names[1], colours.ink(dark), 3),
    ):
        figure.add_scatter(
            x=[escape(state) for state in states],
            y=values,
            mode="lines+markers+text",
            name=escape(name),
            text=[f"{value:.2f}" for value in values],
            textposition="top center",
            textfont={"size": 17},
            line={"color": colour, "width": width},
            marker={"size": 11},
            cliponaxis=False,
            hovertemplate="<b>%{y:.5f}</b><extra></extra>",
        )
    figure.update_xaxes(autotickangles=ANGLES, showgrid=False)
    lowest = min(0.0, float(cosines.min()), float(others.min()))
    figure.update_yaxes(range=[lowest - 0.05, 1.12])
    return framed(figure, title, dark, height=390, legend=True)
