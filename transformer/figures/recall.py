"""How much of a memory is left against the distance, for kinds of models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.architectures import style
from transformer.figures.frame import framed


def recall_figure(
    curves: Mapping[str, np.ndarray],
    *,
    names: Mapping[str, str],
    chance: tuple[float, str],
    ticks: Sequence[int],
    title: str,
    axes: tuple[str, str],
    dark: bool = False,
) -> go.Figure:
    """Accuracy against distance, for each kind (4, distances): distance, mean, worst and best of
    the seeds. ``chance`` is a level and its name.
    """
    figure = go.Figure()
    figure.add_hline(
        y=chance[0],
        line={"color": colours.ink(dark), "width": 2, "dash": "dot"},
        annotation={"text": escape(chance[1]), "font": {"size": 15, "color": colours.ink(dark)}},
        annotation_position="bottom left",
    )
    for kind, (distances, mean, worst, best) in curves.items():
        figure.add_scatter(
            x=distances,
            y=mean,
            error_y={"array": best - mean, "arrayminus": mean - worst, "thickness": 2, "width": 6},
            name=escape(names[kind]),
            cliponaxis=False,
            hovertemplate="%{x}: <b>%{y:.1%}</b>",
            **style("birnn" if kind == "tanh" else kind, dark),
        )
    reach = np.log10([min(ticks) * 0.85, max(ticks) * 1.2])
    figure.update_xaxes(
        type="log", tickvals=list(ticks), title=escape(axes[0]), tickangle=0, range=reach
    )
    figure.update_yaxes(range=[0, 1.05], tickformat=".0%", title=escape(axes[1]))
    return framed(figure, title, dark, height=430, legend=True)
