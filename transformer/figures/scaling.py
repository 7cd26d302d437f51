"""Scores against d_k: their variance, and what the softmax makes of them.

Raw scores are pale, scaled ones the full violet of weights; what theory says is a dashed line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed

NAMED = (1, 4, 16, 64, 256, 1024)  # widths d_k that an axis names


def variance_figure(
    widths: Sequence[int],
    variances_W: np.ndarray,
    scaled_W: np.ndarray,
    *,
    names: tuple[str, str, str],
    marks: Mapping[int, str],
    title: str,
    axis: str,
    dark: bool = False,
) -> go.Figure:
    """Variance against d_k, both logarithmic: measured as points, theory as lines d_k and 1.

    ``names``: raw, scaled, theory. ``marks`` are texts at the raw points of some widths.
    """
    figure = go.Figure()
    theories = (np.array(widths, dtype=float), np.ones(len(widths)))
    for values, name, (colour, symbol), theory in zip(
        (variances_W, scaled_W), names, _styles(dark), theories, strict=False
    ):
        figure.add_scatter(
            x=widths,
            y=theory,
            mode="lines",
            line={"color": colours.ink(dark), "width": 2, "dash": "dash"},
            name=escape(names[2]),
            showlegend=theory is theories[0],
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=widths,
            y=values,
            mode="markers",
            name=escape(name),
            marker={"color": colour, "size": 13, "symbol": symbol},
            hovertemplate="d_k = %{x}: <b>%{y:.4g}</b><extra></extra>",
        )
    for width, text in marks.items():
        figure.add_annotation(
            x=np.log10(width),
            y=np.log10(variances_W[widths.index(width)]),
            text=escape(text),
            xanchor="left",
            ax=-24,
            ay=-62,
            font={"size": 17},
            arrowcolor=colours.ink(dark),
        )
    _width_axis(figure, axis)
    figure.update_yaxes(type="log", range=[-0.6, 3.9], tickvals=[1, 10, 100, 1000])
    return framed(figure, title, dark, height=390, legend=True)


def error_figure(
    widths: Sequence[int],
    values_W: np.ndarray,
    errors_W: np.ndarray,
    *,
    names: tuple[str, str],
    title: str,
    axis: str,
    dark: bool = False,
) -> go.Figure:
    """The variance after the division, each with one standard error up and down, about 1.

    ``names``: measured, theory.
    """
    colour, symbol = _styles(dark)[1]
    figure = go.Figure(
        go.Scatter(
            x=widths,
            y=values_W,
            error_y={"array": errors_W, "thickness": 2.5, "width": 6, "color": colour},
            mode="markers",
            name=escape(names[0]),
            marker={"color": colour, "size": 11, "symbol": symbol},
            hovertemplate="d_k = %{x}: <b>%{y:.4f}</b> ± %{error_y.array:.4f}<extra></extra>",
        )
    )
    figure.add_scatter(
        x=[widths[0], widths[-1]],
        y=[1, 1],
        mode="lines",
        line={"color": colours.ink(dark), "width": 2, "dash": "dash"},
        name=escape(names[1]),
        hoverinfo="skip",
    )
    _width_axis(figure, axis)
    reach = max(0.05, 1.3 * float((np.abs(values_W - 1) + errors_W).max()))
    figure.update_yaxes(range=[1 - reach, 1 + reach], tickformat=".2f")
    return framed(figure, title, dark, height=390, legend=True)


def groups_figure(
    scores_GM: np.ndarray,
    weights_GM: np.ndarray,
    names: Sequence[str],
    *,
    title: str,
    axis: str,
    scaled: bool = False,
    dark: bool = False,
) -> go.Figure:
    """Groups of bars: every score's weight, the score written below it, the group's name above."""
    groups, keys = weights_GM.shape
    places = (np.arange(groups)[:, None] * (keys + 1) + np.arange(keys)).reshape(-1)
    weights = weights_GM.reshape(-1)
    figure = go.Figure(
        go.Bar(
            x=places,
            y=weights,
            marker_color=colours.weight(dark) if scaled else colours.pale_weight(dark),
            text=[f"{weight:.2f}" for weight in weights],
            textposition="outside",
            textfont={"size": 19},
            cliponaxis=False,
            customdata=scores_GM.reshape(-1),
            hovertemplate="%{customdata:.4f} → <b>%{y:.4f}</b><extra></extra>",
        )
    )
    for group, name in enumerate(names):
        figure.add_annotation(
            x=group * (keys + 1) + (keys - 1) / 2,
            y=1.3,
            text=f"<b>{escape(name)}</b>",
            showarrow=False,
            font={"size": 18},
        )
    figure.update_xaxes(
        tickvals=places,
        ticktext=[f"{score:z.1f}" for score in scores_GM.reshape(-1)],
        tickfont={"size": 18},
        tickangle=0,
        title=escape(axis),
        showgrid=False,
    )
    figure.update_yaxes(range=[0, 1.4], tickvals=[0, 0.5, 1])
    return framed(figure, title, dark, height=290)


def against_width_figure(
    widths: Sequence[int],
    raw_3W: np.ndarray,
    scaled_3W: np.ndarray,
    *,
    names: tuple[str, str],
    level: tuple[float, str],
    title: str,
    axis: str,
    dark: bool = False,
) -> go.Figure:
    """A measure of rows against d_k, without and with the division: medians, and in a band the
    middle half of the rows, from quartiles (3, W). ``level`` is a line and its name.
    """
    figure = go.Figure()
    figure.add_hline(
        y=level[0],
        line={"color": colours.ink(dark), "width": 2, "dash": "dot"},
        annotation={"text": escape(level[1]), "font": {"size": 15, "color": colours.ink(dark)}},
        annotation_position="top left" if level[0] > scaled_3W[1].max() else "bottom left",
    )
    for (low, median, high), name, (colour, symbol) in zip(
        (raw_3W, scaled_3W), names, _styles(dark), strict=True
    ):
        figure.add_scatter(
            x=[*widths, *reversed(widths)],
            y=np.concatenate([high, low[::-1]]),
            fill="toself",
            fillcolor=colour,
            opacity=0.22,
            line={"width": 0},
            mode="lines",
            showlegend=False,
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=widths,
            y=median,
            mode="lines+markers",
            line={"color": colour, "width": 4},
            marker={"size": 10, "symbol": symbol},
            name=escape(name),
            hovertemplate="d_k = %{x}: <b>%{y:.4f}</b><extra></extra>",
        )
    _width_axis(figure, axis)
    figure.update_yaxes(range=[0, 1.15 * max(level[0], float(raw_3W.max()))])
    return framed(figure, title, dark, height=350, legend=True)


def _styles(dark: bool) -> tuple[tuple[str, str], tuple[str, str]]:
    """Colour and symbol of raw and of scaled scores."""
    return (colours.pale_weight(dark), "circle"), (colours.weight(dark), "square")


def _width_axis(figure: go.Figure, title: str) -> None:
    figure.update_xaxes(
        type="log", tickvals=NAMED, title=escape(title), tickangle=0, range=[-0.12, 3.13]
    )
