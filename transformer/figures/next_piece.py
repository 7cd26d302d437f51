"""The logits of a whole vocabulary, from the likeliest piece to the least likely."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed


def logits_figure(
    logits_V: np.ndarray,
    likeliest: Sequence[str],
    last: str,
    *,
    title: str,
    axes: tuple[str, str],
    dark: bool = False,
) -> go.Figure:
    """All logits by rank on a logarithmic axis, with dots at the ``likeliest`` and the ``last``.

    The first and the last are named, the others on hover.
    """
    ordered = -np.sort(-logits_V).astype(np.float32)
    count, dots = len(ordered), len(likeliest)
    figure = go.Figure(
        go.Scatter(
            x=list(range(1, count + 1)),
            y=ordered,
            mode="lines",
            line={"color": colours.ink(dark), "width": 3},
            hovertemplate="%{x}: <b>%{y:.5f}</b><extra></extra>",
        )
    )
    pieces = [escape(piece) for piece in (*likeliest, last)]
    figure.add_scatter(
        x=[*range(1, dots + 1), count],
        y=[*ordered[:dots], ordered[-1]],
        mode="markers+text",
        text=[f"<b>{pieces[0]}</b>", *[""] * (dots - 1), f"<b>{pieces[-1]}</b>"],
        textposition=["top right"] * dots + ["middle left"],
        textfont={"size": 17},
        customdata=pieces,
        marker={"color": colours.weight(dark), "size": 13},
        cliponaxis=False,
        hovertemplate="%{x}: %{customdata} <b>%{y:.5f}</b><extra></extra>",
    )
    figure.update_xaxes(
        title=escape(axes[0]),
        type="log",
        dtick=1,
        range=[-0.1, np.log10(count) + 0.02],
    )
    figure.update_yaxes(title=escape(axes[1]))
    return framed(figure, title, dark, height=380)
