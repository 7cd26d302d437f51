"""What another factor on the scores does: to the translation as trained, and to the rows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed


def factors_figure(
    factors: Sequence[float],
    log_probabilities: np.ndarray,
    labels: Sequence[str],
    chosen: int,
    own: int,
    *,
    mark: str,
    title: str,
    axis: str,
    dark: bool = False,
) -> go.Figure:
    """The log-probability of one translation against the factor on the scores, logarithmic.

    ``labels`` name the factors on the axis. The ``chosen`` factor is filled; ``mark`` names the
    model's ``own``.
    """
    colour, picked = colours.weight(dark), np.arange(len(factors)) == chosen
    figure = go.Figure(
        go.Scatter(
            x=factors,
            y=log_probabilities,
            mode="lines+markers",
            line={"color": colour, "width": 3},
            marker={
                "size": np.where(picked, 20, 13),
                "symbol": np.where(picked, "circle", "circle-open"),
                "color": colour,
                "opacity": 1,
                "line": {"width": 3, "color": colour},
            },
            hovertemplate="%{x:.4f}: <b>%{y:.4f}</b><extra></extra>",
        )
    )
    figure.add_vline(x=factors[own], line={"color": colours.ink(dark), "width": 2, "dash": "dash"})
    figure.add_annotation(
        x=np.log10(factors[own]),
        y=0.06,
        yref="paper",
        text=escape(mark),
        xanchor="left",
        xshift=6,
        showarrow=False,
        font={"size": 17},
    )
    figure.update_xaxes(
        type="log",
        tickvals=list(factors),
        ticktext=[escape(label) for label in labels],
        title=escape(axis),
        showgrid=False,
    )
    return framed(figure, title, dark, height=350)


def before_after_figure(
    trained_X: np.ndarray,
    changed_X: np.ndarray,
    *labels: Sequence[str],
    names: tuple[str, str],
    title: str,
    dark: bool = False,
) -> go.Figure:
    """A pair of bars for each X, as trained and changed; ``labels`` name it, groups first."""
    figure = go.Figure()
    named = [[escape(label) for label in level] for level in labels]
    for values, name, colour in (
        (trained_X, names[0], colours.weight(dark)),
        (changed_X, names[1], colours.pale_weight(dark)),
    ):
        figure.add_bar(
            x=named[0] if len(named) == 1 else named,
            y=values,
            name=escape(name),
            marker_color=colour,
            text=[f"{value:.2f}" for value in values],
            textposition="outside",
            textfont={"size": 15},
            cliponaxis=False,
            hovertemplate="%{y:.4f}<extra></extra>",
        )
    top = max(float(trained_X.max()), float(changed_X.max()))
    figure.update_yaxes(range=[0, 1.15 * top])
    figure.update_xaxes(tickangle=0, showgrid=False)
    return framed(figure, title, dark, height=370, legend=True)
