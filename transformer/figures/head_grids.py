"""A number for every head: a grid of layers and heads for each attention, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed

GAP = 0.06  # of the width, between two grids
CELL = 46  # pixels high


def head_grids_figure(
    grids: Sequence[np.ndarray],
    *,
    headings: Sequence[str],
    axes: tuple[str, str],
    title: str,
    chosen: tuple[int, int, int] | None = None,
    digits: int = 2,
    dark: bool = False,
) -> go.Figure:
    """Each of ``grids`` is (layers, heads); all share one scale of colours around zero.

    ``axes`` name layers and heads, which count from 1 on the axes; ``chosen``, (grid, layer, head)
    from 0, is outlined.
    """
    figure = go.Figure()
    share = (1 + GAP) / len(grids)
    largest = max(float(np.abs(grid).max()) for grid in grids) or 1.0
    for number, (grid, heading) in enumerate(zip(grids, headings, strict=True)):
        suffix = "" if number == 0 else str(number + 1)
        figure.add_heatmap(
            z=grid,
            x=np.arange(1, grid.shape[1] + 1),
            y=np.arange(1, grid.shape[0] + 1),
            zmin=-largest,
            zmax=largest,
            colorscale=colours.signed_scale(dark),
            showscale=False,
            text=[[f"{value:.{digits}f}" for value in row] for row in grid],
            texttemplate="%{text}",
            hovertemplate=f"{escape(heading)}<br>{escape(axes[0])} %{{y}}, {escape(axes[1])} %{{x}}"
            "<br><b>%{z:.4f}</b><extra></extra>",
            xgap=2,
            ygap=2,
            xaxis=f"x{suffix}",
            yaxis=f"y{suffix}",
        )
        left = number * share
        figure.update_layout(
            {
                f"xaxis{suffix}": {
                    "domain": [left, left + share - GAP],
                    "anchor": f"y{suffix}",
                    "title": escape(f"{heading}: {axes[1]}"),
                    "dtick": 1,
                    "showgrid": False,
                },
                f"yaxis{suffix}": {
                    "anchor": f"x{suffix}",
                    "title": escape(axes[0]) if number == 0 else "",
                    "dtick": 1,
                    "showgrid": False,
                    "autorange": "reversed",
                },
            }
        )
    if chosen is not None:
        _outline(figure, *chosen, dark)
    return framed(figure, title, dark, 90 + CELL * max(len(grid) for grid in grids))


def _outline(figure: go.Figure, grid: int, layer: int, head: int, dark: bool) -> None:
    suffix = "" if grid == 0 else str(grid + 1)
    figure.add_shape(
        type="rect",
        xref=f"x{suffix}",
        yref=f"y{suffix}",
        x0=head + 0.5,
        x1=head + 1.5,
        y0=layer + 0.5,
        y1=layer + 1.5,
        line={"color": colours.ink(dark), "width": 4},
    )
