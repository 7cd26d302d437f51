"""How long the vectors of both sides are on their way through the layers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import ANGLES, framed


def lengths_figure(
    french: np.ndarray,
    english: np.ndarray,
    *,
    states: Sequence[str],
    names: tuple[str, str],
    title: str,
    dark: bool = False,
) -> go.Figure:
    """The mean length of each side's vectors in every state, a line a side, (states,).

    ``states`` name those of the side with more layers.
    """
    figure = go.Figure()
    for lengths, name, colour, place in (
        (french, names[0], colours.key(dark), "bottom center"),
        (english, names[1], colours.query(dark), "top center"),
    ):
        figure.add_scatter(
            x=[escape(state) for state in (*states[: len(lengths) - 1], states[-1])],
            y=lengths,
            mode="lines+markers+text",
            name=escape(name),
            text=[f"{length:.0f}" for length in lengths],
            textposition=place,
            textfont={"size": 16},
            line={"color": colour, "width": 4},
            marker={"size": 11},
            cliponaxis=False,
            hovertemplate="<b>%{y:.5f}</b><extra></extra>",
        )
    figure.update_xaxes(autotickangles=ANGLES, showgrid=False)
    top = float(max(french.max(), english.max()))
    figure.update_yaxes(range=[-0.12 * top, 1.12 * top])
    return framed(figure, title, dark, height=390, legend=True)
