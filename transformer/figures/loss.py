"""What a piece costs: -log p on its curve, and with label smoothing as bars in two parts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed, name_columns

SMALLEST = 1e-3  # probability at which the curve begins, unless a piece lies further out


def surprise_figure(
    probabilities_L: np.ndarray,
    pieces: Sequence[str],
    chosen: int,
    *,
    title: str,
    axes: tuple[str, str],
    dark: bool = False,
) -> go.Figure:
    """The curve of -log p with every piece on it, the chosen one named."""
    low = min(SMALLEST, 0.5 * float(probabilities_L.min()))
    curve = np.geomspace(low, 1, 200)
    surprises = -np.log(probabilities_L)
    figure = go.Figure(
        go.Scatter(
            x=curve,
            y=-np.log(curve),
            mode="lines",
            line={"color": colours.ink(dark), "width": 3},
            hoverinfo="skip",
        )
    )
    figure.add_scatter(
        x=probabilities_L,
        y=surprises,
        mode="markers",
        marker={"color": colours.pale_weight(dark), "size": 14},
        customdata=[escape(piece) for piece in pieces],
        cliponaxis=False,
        hovertemplate="%{customdata}: p = %{x:.4f}, <b>%{y:.4f}</b><extra></extra>",
    )
    figure.add_scatter(
        x=probabilities_L[[chosen]],
        y=surprises[[chosen]],
        mode="markers+text",
        marker={"color": colours.weight(dark), "size": 18},
        text=[f"<b>{escape(pieces[chosen])}</b>"],
        textposition="middle right" if probabilities_L[chosen] < 0.6 else "top left",
        textfont={"size": 19},
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure.update_xaxes(title=escape(axes[0]), range=[-0.02, 1.02])
    figure.update_yaxes(title=escape(axes[1]), range=[-0.2, -np.log(low) + 0.3])
    return framed(figure, title, dark, height=370)


def losses_figure(
    surprises_L: np.ndarray,
    everywhere_L: np.ndarray,
    smoothing: float,
    pieces: Sequence[str],
    chosen: int,
    *,
    names: tuple[str, str, str],
    title: str,
    dark: bool = False,
) -> go.Figure:
    """Each piece's loss as a bar of two parts, and their mean as a dashed line.

    ``names``: the part of the right piece, the part of all pieces, the mean.
    """
    parts = ((1 - smoothing) * surprises_L, smoothing * everywhere_L)
    totals = parts[0] + parts[1]
    places = list(range(len(pieces)))
    figure = go.Figure()
    for values, name, colour in zip(
        parts, names, (colours.weight(dark), colours.learned(dark)), strict=False
    ):
        figure.add_bar(
            x=places,
            y=values,
            name=escape(name),
            marker_color=colour,
            hovertemplate="<b>%{y:.5f}</b>",
        )
    figure.add_scatter(
        x=[-0.5, len(pieces) - 0.5],
        y=[totals.mean()] * 2,
        mode="lines",
        name=escape(names[2]),
        line={"color": colours.ink(dark), "width": 2, "dash": "dash"},
        hoverinfo="skip",
    )
    for place, total in zip(places, totals, strict=True):
        figure.add_annotation(
            x=place,
            y=total,
            text=f"{total:.2f}",
            showarrow=False,
            yanchor="bottom",
            yshift=2,
            borderpad=1,
            bgcolor=colours.paper(dark),  # the dashed line would run through the number
            font={"size": 17},
        )
    name_columns(figure, pieces)
    figure.update_xaxes(ticktext=_bold(pieces, chosen))
    figure.update_yaxes(range=[0, 1.15 * float(totals.max())])
    figure.update_layout(barmode="stack")
    return framed(figure, title, dark, height=430, legend=True)


def _bold(pieces: Sequence[str], chosen: int) -> list[str]:
    names = [escape(piece) for piece in pieces]
    names[chosen] = f"<b>{names[chosen]}</b>"
    return names
