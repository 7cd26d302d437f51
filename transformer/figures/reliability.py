"""A reliability diagram: how often a model is right where it is so sure (Guo et al. 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed

SPLIT = (0.72, 0.78)  # of the height: the diagram reaches up to here, the counts begin there


def reliability_figure(
    bins: Sequence[Sequence[float]],
    *,
    count: int,
    limit: float,
    names: tuple[str, str, str, str],
    title: str,
    axes: tuple[str, str, str],
    dark: bool = False,
) -> go.Figure:
    """A bar for each of ``bins`` (upper edge, pieces, mean confidence, accuracy), of ``count`` in
    all, as high as its accuracy; the hatched rest up or down to its confidence; above, its pieces.

    ``names``: accuracy, the rest, a perfectly calibrated model, the line at ``limit`` (0: none).
    ``axes``: probability, accuracy, pieces.
    """
    edges, pieces, confidence, accuracy = np.array(bins, dtype=float).T
    right, gap, perfect, unsure = map(escape, names)
    bars = {"x": edges - 0.5 / count, "width": 0.92 / count, "customdata": np.array(bins)}
    ink, violet = colours.ink(dark), colours.weight(dark)
    figure = go.Figure()
    hover = "%{customdata[2]:.3f} → <b>%{customdata[3]:.3f}</b> (%{customdata[1]:,})<extra></extra>"
    figure.add_bar(y=accuracy, name=right, marker_color=violet, hovertemplate=hover, **bars)
    figure.add_bar(
        y=confidence - accuracy,
        base=accuracy,
        name=gap,
        marker={
            "color": "rgba(0,0,0,0)",
            "line": {"color": ink, "width": 1.5},
            "pattern": {"shape": "/", "fgcolor": ink, "size": 7, "solidity": 0.2},
        },
        hovertemplate=hover,
        **bars,
    )
    dashed = {"color": ink, "width": 2, "dash": "dash"}
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name=perfect, line=dashed, hoverinfo="skip"
    )
    figure.add_bar(
        y=pieces,
        yaxis="y2",
        marker_color=colours.learned(dark),
        showlegend=False,
        text=[f"{n:,.0f}" for n in pieces],
        textposition="outside",
        textfont={"size": 13},
        cliponaxis=False,
        hovertemplate=hover,
        **bars,
    )
    if limit:
        figure.add_vline(
            x=limit,
            line={"color": ink, "width": 2.5, "dash": "dot"},
            annotation={"text": unsure, "font": {"size": 16, "color": ink}, "xanchor": "right"},
        )
    figure.update_xaxes(range=[0, 1], dtick=0.2, title=escape(axes[0]))
    figure.update_layout(
        barmode="overlay",
        yaxis={"range": [0, 1], "domain": [0, SPLIT[0]], "title": escape(axes[1])},
        yaxis2={
            "range": [0, 1.25 * pieces.max()],
            "domain": [SPLIT[1], 1],
            "title": escape(axes[2]),
            "nticks": 3,
            "anchor": "x",
        },
    )
    return framed(figure, title, dark, height=560, legend=True)
