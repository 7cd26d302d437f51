"""X times W gives Y, as three pictures in a row."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures.colours import INK_DARK, INK_LIGHT, LEARNED, SIGNED

GAP = 0.1  # of the width, between two pictures


def product_figure(
    inputs: np.ndarray,
    matrix: np.ndarray,
    computed: np.ndarray,
    rows: Sequence[str],
    *,
    titles: tuple[str, str, str],
    dark: bool = False,
) -> go.Figure:
    """``inputs`` (s, d), the learned ``matrix`` (d, k) in grey, ``computed`` (s, k)."""
    paper, ink = ("#121118", INK_DARK) if dark else ("#ffffff", INK_LIGHT)
    coloured = [[0, SIGNED[0]], [0.5, paper], [1, SIGNED[1]]]
    grey = [[0, ink], [0.5, LEARNED], [1, paper]]
    figure = go.Figure()
    widths = np.array([0.46, 0.22, 0.32]) * (1 - 2 * GAP)
    begin = 0.0
    for number, (values, scale, title) in enumerate(
        zip((inputs, matrix, computed), (coloured, grey, coloured), titles, strict=True), start=1
    ):
        suffix = "" if number == 1 else str(number)
        top = float(np.abs(values).max()) or 1.0
        figure.add_heatmap(
            z=values.astype(np.float32),
            x=list(range(1, values.shape[1] + 1)),
            zmin=-top,
            zmax=top,
            colorscale=scale,
            showscale=False,
            xaxis=f"x{suffix}",
            yaxis=f"y{suffix}",
            hovertemplate="%{z:.5f}<extra></extra>",
        )
        named = values is not matrix
        figure.update_layout(
            {
                f"xaxis{suffix}": {
                    "domain": [begin, begin + widths[number - 1]],
                    "anchor": f"y{suffix}",
                    "title": {"text": escape(title), "font": {"size": 16, "color": ink}},
                    "side": "top",
                    "showgrid": False,
                    "showticklabels": False,
                },
                f"yaxis{suffix}": {
                    "anchor": f"x{suffix}",
                    "autorange": "reversed",
                    "showgrid": False,
                    "showticklabels": named,
                    "tickvals": list(range(len(rows))) if named else [],
                    "ticktext": [escape(row) for row in rows] if named else [],
                    "tickfont": {"size": 14, "color": ink},
                },
            }
        )
        begin += widths[number - 1] + GAP
    figure.update_layout(
        height=110 + max(24 * len(rows), 180), margin={"l": 10, "r": 10, "t": 10, "b": 10}
    )
    return figure
