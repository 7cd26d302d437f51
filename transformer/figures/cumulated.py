"""Two sentences piece by piece, each losing probability as it goes: where one falls behind."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed


def cumulated_figure(
    first_L: np.ndarray,
    second_L: np.ndarray,
    first_pieces: Sequence[str],
    second_pieces: Sequence[str],
    *,
    names: tuple[str, str],
    title: str,
    axes: tuple[str, str],
    dark: bool = False,
) -> go.Figure:
    """Log-probabilities of the pieces of two sentences, added up from the left, from 0 downwards.

    The piece that costs most is named on each line, the others on hover.
    """
    figure = go.Figure()
    for values_L, pieces, name, colour, place in (
        (first_L, first_pieces, names[0], colours.weight(dark), "bottom left"),
        (second_L, second_pieces, names[1], colours.ink(dark), "top right"),
    ):
        labels = ["", *map(escape, pieces)]
        dearest = 1 + int(values_L.argmin())
        figure.add_scatter(
            x=list(range(len(labels))),
            y=np.concatenate([[0], np.cumsum(values_L)]).astype(np.float32),
            mode="lines+markers+text",
            name=escape(name),
            line={"color": colour, "width": 4},
            marker={"size": 10},
            text=[f"<b>{label}</b>" if i == dearest else "" for i, label in enumerate(labels)],
            textposition=place,
            textfont={"size": 18},
            customdata=labels,
            cliponaxis=False,
            hovertemplate="%{customdata}: <b>%{y:.3f}</b><extra></extra>",
        )
    lowest = min(float(first_L.sum()), float(second_L.sum()))
    figure.update_xaxes(title=escape(axes[0]), range=[0, max(len(first_L), len(second_L)) + 0.5])
    figure.update_yaxes(title=escape(axes[1]), range=[1.15 * lowest, 0.08 * abs(lowest)])
    return framed(figure, title, dark, height=390, legend=True)
