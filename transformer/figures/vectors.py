"""Vectors as strips of colour, many of them as a matrix, with some of their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures.colours import LEARNED
from transformer.figures.frame import TICKS, framed, ink, name_rows, signed_scale

WINDOW = 6  # numbers written out at a time: as many as a phone has room for
STRIP, NAME, GAP = 30, 26, 60  # pixels: a strip, its name over it, between strips and numbers
FULL = 1.4  # times nearly the largest number: paler colours, on which numbers can be read


def matrix_figure(
    rows_LD: np.ndarray,
    pieces: Sequence[str],
    ids: Sequence[int],
    *,
    chosen: int,
    title: str,
    axis: str,
    dark: bool = False,
) -> go.Figure:
    """A vector a row, named by its piece and id, the chosen one in bold."""
    top = _nearly_largest(rows_LD)
    figure = go.Figure(
        go.Heatmap(
            z=rows_LD.astype(np.float32),
            x=list(range(1, rows_LD.shape[1] + 1)),
            zmin=-top,
            zmax=top,
            colorscale=signed_scale(dark),
            colorbar={"thickness": 14, "outlinewidth": 0},
            ygap=3,
            hovertemplate="%{x}: <b>%{z:.5f}</b><extra></extra>",
        )
    )
    labels = [f"{piece}  {id}" for piece, id in zip(pieces, ids, strict=True)]
    height = name_rows(figure, labels, chosen)
    figure.update_xaxes(title=escape(axis), showgrid=False, tickfont=TICKS)
    return framed(figure, title, dark, height + 80)


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
    taken from. ``together``: all strips have one scale of colours, else each has its own. Strips
    that training found, ``learned``, are named in grey.
    """
    count, width = rows.shape
    begin = min(begin, width - WINDOW)
    tops = [_nearly_largest(rows if together else row) for row in rows]
    shades = (rows / np.array(tops)[:, None]).astype(np.float32)
    written = slice(begin, begin + WINDOW)
    figure = go.Figure()
    figure.add_heatmap(z=shades, x=list(range(1, width + 1)), zmin=-1, zmax=1, customdata=rows)
    figure.add_heatmap(
        z=shades[:, written],
        x=list(range(begin + 1, begin + WINDOW + 1)),
        zmin=-FULL,
        zmax=FULL,
        xaxis="x2",
        yaxis="y2",
        xgap=3,
        text=[[f"{value:.2f}" for value in row] for row in rows[:, written]],
        texttemplate="%{text}",
        textfont_color=ink(dark),
        customdata=rows[:, written],
    )
    figure.update_traces(
        colorscale=signed_scale(dark),
        showscale=False,
        ygap=NAME,
        hovertemplate="%{x}: <b>%{customdata:.5f}</b><extra></extra>",
    )
    for row in range(count):
        figure.add_shape(
            type="rect",
            x0=begin + 0.5,
            x1=begin + WINDOW + 0.5,
            y0=row - 0.5 * STRIP / (STRIP + NAME),
            y1=row + 0.5 * STRIP / (STRIP + NAME),
            line={"color": ink(dark), "width": 2},
        )
    height = _place_strips(figure, count, width, axis)
    framed(figure, title, dark, height)
    _name_strips(figure, labels, learned, dark)
    return figure


def _place_strips(figure: go.Figure, count: int, width: int, axis: str) -> int:
    """All numbers above, those written out below; returns the height in pixels."""
    part = (STRIP + NAME) * count
    share = part / (2 * part + GAP)
    vertical = {"range": [count - 0.5, -0.5], "visible": False}
    horizontal = {"showgrid": False, "tickfont": TICKS}
    figure.update_layout(
        xaxis={"anchor": "y", "range": [0.5, width + 0.5], **horizontal},
        yaxis={"domain": [1 - share, 1], **vertical},
        xaxis2={"anchor": "y2", "title": escape(axis), "dtick": 1, **horizontal},
        yaxis2={"domain": [0, share], "anchor": "x2", **vertical},
    )
    return 2 * part + GAP + 70


def _name_strips(
    figure: go.Figure, labels: Sequence[str], learned: Sequence[int], dark: bool
) -> None:
    """Each strip's name over it, so that a phone's whole width is left for the numbers."""
    grey = "#aaa7b8" if dark else LEARNED
    for row, label in enumerate(labels):
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
                font={"size": 16, "color": grey if row in learned else ink(dark)},
            )


def _nearly_largest(rows: np.ndarray) -> float:
    """Where the colours end: a few extreme numbers would make all others pale."""
    return float(np.quantile(np.abs(rows), 0.995)) or 1.0
