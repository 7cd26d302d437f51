"""The steps of one score as bars: products, scores before and after the division, weights."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed, name_columns

NUMBERS_UP_TO = 40  # bars: with more, numbers on them would not be legible


def products_figure(
    products_K: np.ndarray, *, title: str, axis: str, dark: bool = False
) -> go.Figure:
    """The products q_i k_i, largest first; bars upwards raise the score, others lower it."""
    order = np.argsort(-np.abs(products_K))
    below, above = colours.signed(dark)
    sorted_products = products_K[order].astype(np.float32)
    figure = go.Figure(
        go.Bar(
            x=[str(i) for i in order + 1],
            y=sorted_products,
            marker_color=np.where(sorted_products >= 0, above, below),
            hovertemplate="%{x}: <b>%{y:.5f}</b><extra></extra>",
        )
    )
    figure.update_xaxes(title=escape(axis), type="category")
    if len(products_K) <= NUMBERS_UP_TO:
        _write_numbers(figure, sorted_products, upright=False)
    return framed(figure, title, dark, height=310)


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
    """A row after the softmax: one bar a key, the chosen one in full colour, masked ones empty.

    No number where it would read 0.00.
    """
    strong, pale = colours.weight(dark), colours.pale_weight(dark)
    figure = go.Figure(
        go.Bar(
            x=list(range(len(keys))),
            y=weights_M.astype(np.float32),
            marker_color=[strong if i == chosen else pale for i in range(len(keys))],
            text=[
                "✕" if not seen else f"{w:.2f}" if w >= 0.005 else ""
                for w, seen in zip(weights_M, mask_M, strict=True)
            ],
            textposition="outside",
            cliponaxis=False,
            customdata=scaled_scores_M.astype(np.float32),
            hovertemplate="%{customdata:.4f} → <b>%{y:.4f}</b><extra></extra>",
        )
    )
    name_columns(figure, keys)
    figure.update_yaxes(range=[0, 1.12])
    return framed(figure, title, dark, height=310)


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
    for values, name, colour in (
        (scores_M, names[0], colours.pale_weight(dark)),
        (scaled_scores_M, names[1], colours.weight(dark)),
    ):
        figure.add_bar(
            x=list(range(len(keys))),
            y=values.astype(np.float32),
            name=escape(name),
            marker_color=colour,
            hovertemplate="%{y:.5f}<extra></extra>",
        )
    name_columns(figure, keys)
    if 2 * len(keys) <= NUMBERS_UP_TO:
        _write_numbers(figure, np.concatenate([scores_M, scaled_scores_M]), upright=len(keys) <= 7)
    return framed(figure, title, dark, height=350, legend=True)


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
