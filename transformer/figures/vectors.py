"""Vectors as strips of colour, many of them as a matrix, with some of their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed, name_rows

WINDOW = 6  # numbers written out at a time: as many as a phone has room for
STRIP, NAME, GAP = 30, 26, 60  # pixels: a strip, its name over it, between strips and numbers
SIGNED_OPACITY, LEARNED_OPACITY = 0.7, 0.4  # of cells with numbers, which ink must be read on


def vectors_figure(
    rows: np.ndarray,
    labels: Sequence[str],
    *,
    chosen: int,
    title: str,
    axis: str,
    green: bool = False,
    dark: bool = False,
) -> go.Figure:
    """A vector a row, (vectors, width), each named, the chosen one in bold.

    ``green`` writes the names in the green of values.
    """
    top = nearly_largest(rows)
    figure = go.Figure(
        go.Heatmap(
            z=rows.astype(np.float32),
            x=list(range(1, rows.shape[1] + 1)),
            zmin=-top,
            zmax=top,
            colorscale=colours.signed_scale(dark),
            colorbar={"thickness": 14, "outlinewidth": 0},
            ygap=3,
            hovertemplate="%{x}: <b>%{z:.5f}</b><extra></extra>",
        )
    )
    height = name_rows(figure, labels, chosen)
    figure.update_xaxes(title=escape(axis), showgrid=False)
    framed(figure, title, dark, height + 80)
    if green:
        figure.update_yaxes(tickfont_color=colours.value(dark))
    return figure


def matrix_figure(
    rows_LD: np.ndarray, pieces: Sequence[str], ids: Sequence[int], **options: Any
) -> go.Figure:
    """What a layer reads: as ``vectors_figure``, each row named by its piece and id."""
    labels = [f"{piece}  {id}" for piece, id in zip(pieces, ids, strict=True)]
    return vectors_figure(rows_LD, labels, **options)


def strips_figure(
    rows: np.ndarray,
    labels: Sequence[str],
    begin: int,
    *,
    title: str,
    axis: str,
    learned: Sequence[int] = (),
    together: bool = True,
    dark: bool = False,
) -> go.Figure:
    """Vectors of equal width, one strip each, (vectors, width), and ``WINDOW`` of their numbers.

    The numbers written out begin at dimension ``begin`` (from 0); a frame shows where they are
    taken from. ``together``: one scale of colours for all strips, else each has its own, as have
    in any case the ``learned`` ones, which are grey.
    """
    count, width = rows.shape
    begin = min(begin, width - WINDOW)
    figure = go.Figure()
    for row, values in enumerate(rows):
        top = nearly_largest(rows if together and row not in learned else values)
        _add_strip(figure, row, values / top, values, begin, row in learned, dark)
    figure.update_traces(
        zmin=-1,
        zmax=1,
        showscale=False,
        hovertemplate="%{x}: <b>%{customdata:.5f}</b><extra></extra>",
    )
    height = _place_strips(figure, count, width, axis)
    framed(figure, title, dark, height)
    _name_strips(figure, labels, learned, dark)
    return figure


def _add_strip(
    figure: go.Figure,
    row: int,
    shades: np.ndarray,
    values: np.ndarray,
    begin: int,
    learned: bool,
    dark: bool,
) -> None:
    """The strip in row ``row`` above, its numbers below, and the frame they are taken from."""
    half = 0.5 * STRIP / (STRIP + NAME)
    written = slice(begin, begin + WINDOW)
    scale = (colours.learned_scale if learned else colours.signed_scale)(dark)
    for part, axes in ((slice(None), ""), (written, "2")):
        figure.add_heatmap(
            z=shades[None, part].astype(np.float32),
            x=np.arange(1, len(values) + 1)[part],
            y=[row - half, row + half],
            xaxis=f"x{axes}",
            yaxis=f"y{axes}",
            colorscale=scale,
            customdata=values[None, part],
        )
    figure.data[-1].update(
        xgap=3,
        opacity=LEARNED_OPACITY if learned else SIGNED_OPACITY,
        text=[[f"{value:.2f}" for value in values[written]]],
        texttemplate="%{text}",
        textfont_color=colours.ink(dark),
    )
    figure.add_shape(
        type="rect",
        x0=begin + 0.5,
        x1=begin + WINDOW + 0.5,
        y0=row - half,
        y1=row + half,
        line={"color": colours.ink(dark), "width": 2},
    )


def _place_strips(figure: go.Figure, count: int, width: int, axis: str) -> int:
    """All numbers above, those written out below; returns the height in pixels."""
    part = (STRIP + NAME) * count
    share = part / (2 * part + GAP)
    vertical = {"range": [count - 0.5, -0.5], "visible": False}
    figure.update_layout(
        xaxis={"anchor": "y", "range": [0.5, width + 0.5], "showgrid": False},
        yaxis={"domain": [1 - share, 1], **vertical},
        xaxis2={"anchor": "y2", "title": escape(axis), "dtick": 1, "showgrid": False},
        yaxis2={"domain": [0, share], "anchor": "x2", **vertical},
    )
    return 2 * part + GAP + 70


def _name_strips(
    figure: go.Figure, labels: Sequence[str], learned: Sequence[int], dark: bool
) -> None:
    """Each strip's name over it, so that a phone's whole width is left for the numbers."""
    for row, label in enumerate(labels):
        colour = (colours.learned if row in learned else colours.ink)(dark)
        for axis in ("y", "y2"):
            figure.add_annotation(
                text=escape(label),
                x=0,
                xref="paper",
                xanchor="left",
                y=row - 0.5,
                yref=axis,
                yanchor="middle",
                showarrow=False,
                font={"size": 16, "color": colour},
            )


def nearly_largest(rows: np.ndarray) -> float:
    """Where the colours end: a few extreme numbers would make all others pale."""
    return float(np.quantile(np.abs(rows), 0.995)) or 1.0
