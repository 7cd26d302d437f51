"""What one step of decoding sees: the fixed memory, the rows so far, and what the mask closes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.attention import head_figure
from transformer.figures.frame import framed, name_columns
from transformer.figures.vectors import nearly_largest

NOT_YET = "·"  # stands for a piece that is not written yet


def memory_figure(
    memory_MD: np.ndarray, pieces: Sequence[str], *, title: str, dark: bool = False
) -> go.Figure:
    """The encoder's memory: a column for every piece, from top to bottom its numbers."""
    top = nearly_largest(memory_MD)
    figure = go.Figure(
        go.Heatmap(
            z=np.ascontiguousarray(memory_MD.T, dtype=np.float32),
            zmin=-top,
            zmax=top,
            colorscale=colours.signed_scale(dark),
            showscale=False,
            xgap=3,
            hovertemplate="%{y}: <b>%{z:.5f}</b><extra></extra>",
        )
    )
    name_columns(figure, pieces)
    figure.update_yaxes(showticklabels=False, ticks="", showgrid=False, autorange="reversed")
    framed(figure, title, dark, height=210)
    return figure.update_layout(margin_l=45)  # the first name may be at a slant


def rows_figure(
    weights_LM: np.ndarray,
    mask_LM: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    step: int,
    *,
    row_title: str,
    column_title: str,
    dark: bool = False,
) -> go.Figure:
    """The decoder's self-attention up to row ``step`` (from 0), which stands in a frame.

    Cells that the mask closes are hatched; rows that are still to come are empty, and their
    pieces have no name yet.
    """
    come = np.arange(len(rows)) <= step
    figure = head_figure(
        np.where(mask_LM & come[:, None], weights_LM, np.nan),
        [name if known else NOT_YET for name, known in zip(rows, come, strict=True)],
        [name if known else NOT_YET for name, known in zip(columns, come, strict=True)],
        row_title=row_title,
        column_title=column_title,
        dark=dark,
    )
    figure.update_traces(hoverongaps=False)
    x, y = _outlines(~mask_LM[: step + 1])
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor="rgba(0, 0, 0, 0)",
        fillpattern={"shape": "/", "fgcolor": colours.learned(dark), "size": 9, "solidity": 0.2},
        hoverinfo="skip",
    )
    figure.add_shape(
        type="rect",
        x0=-0.5,
        x1=len(columns) - 0.5,
        y0=step - 0.5,
        y1=step + 0.5,
        line={"color": colours.query(dark), "width": 4},
    )
    # Cells must not grow when there is little to see in them: the shape stays from step to step.
    figure.update_xaxes(range=[-0.55, len(columns) - 0.45])
    return figure.update_yaxes(range=[len(rows) - 0.4, -0.6], autorange=False)


def _outlines(closed_LM: np.ndarray) -> tuple[list[float | None], list[float | None]]:
    """Rectangles around the closed cells, those side by side in a row together."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row, closed_M in enumerate(closed_LM):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], closed_M, [False]]).astype(int)))
        for begin, end in edges.reshape(-1, 2) - 0.5:
            x += [begin, end, end, begin, begin, None]
            y += [row - 0.5, row - 0.5, row + 0.5, row + 0.5, row - 0.5, None]
    return x, y
