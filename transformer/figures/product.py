"""A product of two matrices, and a matrix of scores: the pictures of linear algebra."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import ANGLES, framed, named

Scale = Literal["signed", "learned", "weights"]
SCALES = {
    "signed": colours.signed_scale,
    "learned": colours.learned_scale,
    "weights": colours.weights_scale,
}

LEFT, LOWER = (0.0, 0.44), (0.0, 0.46)  # parts of the picture's width and height
UPPER = (0.58, 1.0)
TITLES = 34  # pixels for the titles over the matrices
NUMBERS_UP_TO = 12  # columns: with more, numbers inside the cells would not be legible


def product_figure(
    left: np.ndarray,
    top: np.ndarray,
    result: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str] = (),
    inner: Sequence[str] = (),
    *,
    titles: tuple[str, str, str],
    scales: tuple[Scale, Scale, Scale] = ("signed", "signed", "signed"),
    dark: bool = False,
) -> go.Figure:
    """``left`` (s, d) times ``top`` (d, k) gives ``result`` (s, k), laid out as one does by hand.

    The row of ``left`` and the column of ``top`` that made a number of ``result`` meet at it
    (Falk's scheme). ``titles`` and ``scales`` are those of left, top and result; ``columns`` name
    the columns of ``top``, ``inner`` its rows, which are the columns of ``left``.
    """
    right = (0.58 if inner else 0.48, 1.0)
    figure = go.Figure()
    for suffix, values, place, names, title, scale in zip(
        ("", "2", "3"),
        (left, top, result),
        ((LEFT, LOWER), (right, UPPER), (right, LOWER)),
        ((inner, rows), (columns, inner), ((), ())),
        titles,
        scales,
        strict=True,
    ):
        figure.add_trace(_heatmap(values, scale, dark, suffix))
        figure.update_layout(_axes(suffix, place, names, title))
    return framed(figure, "", dark, 366 + 24 * len(rows), above=TITLES)


def scores_matrix_figure(
    scores_LM: np.ndarray,
    mask_LM: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    title: str,
    dark: bool = False,
) -> go.Figure:
    """Scores of every query for every key around zero; where the mask hides a key, a cross."""
    figure = go.Figure(_heatmap(np.where(mask_LM, scores_LM, np.nan), "signed", dark))
    whole = ((0.0, 1.0), (0.0, 1.0))
    figure.update_layout(_axes("", whole, (columns, rows), title))
    texts = [
        [f"{score:.2f}" if seen else "✕" for score, seen in zip(*row, strict=True)]
        for row in zip(scores_LM, mask_LM, strict=True)
    ]
    if len(columns) <= NUMBERS_UP_TO:
        figure.update_traces(text=texts, texttemplate="%{text}", xgap=1, ygap=1)
    return framed(figure, "", dark, 126 + max(26 * len(rows), 200), above=TITLES)


def _heatmap(values: np.ndarray, scale: Scale, dark: bool, axes: str = "") -> go.Heatmap:
    """Weights from 0 to 1; everything else around 0, in grey if it was learned."""
    top = 1.0 if scale == "weights" else float(np.nanmax(np.abs(values))) or 1.0
    return go.Heatmap(
        z=values.astype(np.float32),
        zmin=0 if scale == "weights" else -top,
        zmax=top,
        colorscale=SCALES[scale](dark),
        showscale=False,
        xaxis=f"x{axes}",
        yaxis=f"y{axes}",
        hoverongaps=False,
        hovertemplate="%{z:.5f}<extra></extra>",
    )


def _axes(
    suffix: str,
    place: tuple[tuple[float, float], tuple[float, float]],
    names: tuple[Sequence[str], Sequence[str]],
    title: str,
) -> dict[str, dict]:
    """Both axes of one matrix: where it stands, what its columns and rows are called."""
    across, down = (
        {
            **named(labels),
            "domain": list(domain),
            "zeroline": False,
            "showticklabels": bool(labels),
        }
        for domain, labels in zip(place, names, strict=True)
    )
    across |= {
        "anchor": f"y{suffix}",
        "side": "top",
        "autotickangles": ANGLES,
        "title": {"text": escape(title)},
    }
    down |= {"anchor": f"x{suffix}", "autorange": "reversed"}
    return {f"xaxis{suffix}": across, f"yaxis{suffix}": down}
