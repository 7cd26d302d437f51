"""The steps of one score as pictures: products, a softmax row, a weighted sum of values."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures.colours import (
    INK_DARK,
    INK_LIGHT,
    SIGNED,
    VALUE,
    VALUE_DARK,
    WEIGHT,
    WEIGHTS_DARK,
    WEIGHTS_LIGHT,
)

NUMBERS_UP_TO = 40  # bars: with more, numbers on them would not be legible


def products_figure(
    products_K: np.ndarray, *, title: str, axis: str, dark: bool = False
) -> go.Figure:
    """The products q_i k_i, largest first; bars upwards raise the score, others lower it."""
    order = np.argsort(-np.abs(products_K))
    sorted_products = products_K[order].astype(np.float32)
    figure = go.Figure(
        go.Bar(
            x=[str(i) for i in order + 1],
            y=sorted_products,
            marker_color=np.where(sorted_products >= 0, SIGNED[1], SIGNED[0]),
            hovertemplate="%{x}: <b>%{y:.5f}</b><extra></extra>",
        )
    )
    figure.update_xaxes(title=escape(axis), type="category", tickfont={"size": 15})
    if len(products_K) <= NUMBERS_UP_TO:
        _write_numbers(figure, sorted_products, upright=False)
    return _finish(figure, title, dark, height=360)


def row_figure(
    weights_M: np.ndarray,
    scaled_scores_M: np.ndarray,
    mask_M: np.ndarray,
    keys: Sequence[str],
    chosen: int,
    *,
    title: str,
    dark: bool = False,
) -> go.Figure:
    """A row after the softmax: one bar a key, the chosen one in full colour, masked ones empty."""
    strong, pale = (WEIGHTS_DARK[5], WEIGHTS_DARK[3]) if dark else (WEIGHT, WEIGHTS_LIGHT[3])
    colours = [strong if i == chosen else pale for i in range(len(keys))]
    figure = go.Figure(
        go.Bar(
            x=list(range(len(keys))),
            y=weights_M.astype(np.float32),
            marker_color=colours,
            text=[f"{w:.2f}" if seen else "✕" for w, seen in zip(weights_M, mask_M, strict=True)],
            textposition="outside",
            cliponaxis=False,
            customdata=scaled_scores_M.astype(np.float32),
            hovertemplate="%{customdata:.4f} → <b>%{y:.4f}</b><extra></extra>",
        )
    )
    _name_keys(figure, keys)
    figure.update_yaxes(range=[0, 1.12])
    return _finish(figure, title, dark, height=320)


def scores_figure(
    scores_M: np.ndarray,
    scaled_scores_M: np.ndarray,
    keys: Sequence[str],
    *,
    names: tuple[str, str],
    title: str,
    dark: bool = False,
) -> go.Figure:
    """The raw and the scaled scores of one query, side by side for every key."""
    figure = go.Figure()
    strong, pale = (WEIGHTS_DARK[5], WEIGHTS_DARK[3]) if dark else (WEIGHT, WEIGHTS_LIGHT[3])
    for values, name, colour in (
        (scores_M, names[0], pale),
        (scaled_scores_M, names[1], strong),
    ):
        figure.add_bar(
            x=list(range(len(keys))),
            y=values.astype(np.float32),
            name=name,
            marker_color=colour,
            hovertemplate="%{y:.5f}<extra></extra>",
        )
    _name_keys(figure, keys)
    if 2 * len(keys) <= NUMBERS_UP_TO:
        _write_numbers(figure, np.concatenate([scores_M, scaled_scores_M]), upright=len(keys) <= 7)
    return _finish(figure, title, dark, height=340, legend=True)


def vectors_figure(
    rows: np.ndarray,
    labels: Sequence[str],
    *,
    bold: int,
    axis: str,
    title: str,
    green: bool = False,
    dark: bool = False,
) -> go.Figure:
    """Vectors as rows of a heat map around zero, (vectors, width), one label set in bold.

    ``green`` writes the labels in the green of values.
    """
    top = float(np.abs(rows).max()) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=rows.astype(np.float32),
            x=list(range(1, rows.shape[1] + 1)),
            zmin=-top,
            zmax=top,
            colorscale=[[0, SIGNED[0]], [0.5, "#121118" if dark else "#ffffff"], [1, SIGNED[1]]],
            colorbar={"thickness": 14, "outlinewidth": 0, "tickformat": ".2f"},
            ygap=2,
            hovertemplate="%{z:.5f}<extra></extra>",
        )
    )
    names = [escape(label) for label in labels]
    names[bold] = f"<b>{names[bold]}</b>"
    figure.update_xaxes(title=escape(axis), showgrid=False, tickfont={"size": 15})
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=names,
        tickfont={"size": 15},
        autorange="reversed",
        showgrid=False,
    )
    _finish(figure, title, dark, height=150 + 26 * len(rows))
    if green:
        figure.update_yaxes(tickfont_color=VALUE_DARK if dark else VALUE)
    return figure


def _write_numbers(figure: go.Figure, values: np.ndarray, upright: bool) -> None:
    """Two decimals at the end of every bar, and room for them."""
    figure.update_traces(
        texttemplate="%{y:.2f}",
        textposition="outside",
        textangle=0 if upright else -90,
        textfont={"size": 15},
        constraintext="none",  # all of one size
        cliponaxis=False,
    )
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    room = (0.1 if upright else 0.25) * (high - low or 1.0)
    figure.update_yaxes(range=[low - room * (low < 0), high + room * (high > 0)])


def _name_keys(figure: go.Figure, keys: Sequence[str]) -> None:
    figure.update_xaxes(
        tickvals=list(range(len(keys))),
        ticktext=[escape(key) for key in keys],
        tickangle=0 if len(keys) <= 8 else -45,
        tickfont={"size": 15},
    )


def _finish(
    figure: go.Figure, title: str, dark: bool, height: int, legend: bool = False
) -> go.Figure:
    ink = INK_DARK if dark else INK_LIGHT
    figure.update_xaxes(tickfont_color=ink, title_font={"size": 16, "color": ink})
    figure.update_yaxes(tickfont_color=ink)
    figure.update_layout(
        title={"text": escape(title), "font": {"size": 17}},
        font={"size": 15, "color": ink},
        height=height,
        margin={"l": 10, "r": 10, "t": 50, "b": 10},
        showlegend=legend,
    )
    return figure
