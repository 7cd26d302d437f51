"""How often values occur, beside the normal curve that theory expects (dashed)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed

BINS = 80
REACH = 5.0  # standard deviations to each side that a histogram shows


def histogram_figure(
    values_S: np.ndarray,
    deviation: float,
    before_S: np.ndarray | None = None,
    *,
    title: str,
    names: Sequence[str] = (),
    dark: bool = False,
) -> go.Figure:
    """How often raw values occur, and the normal curve of that standard deviation if it is named.

    ``names`` are those of the values, of the curve and of ``before_S``, which is drawn as an
    outline: as many as are to be shown. The axis ends where values are rare.
    """
    reach = REACH * max(deviation, float(values_S.std()))
    name, colour = names[0] if names else "", colours.pale_weight(dark)
    figure = go.Figure(_steps(values_S, reach, name, colour, filled=True))
    if before_S is not None:
        outline = _steps(before_S, reach, names[2], colours.ink(dark), filled=False)
        figure.add_trace(outline)
    if len(names) > 1:
        figure.add_trace(_normal(deviation, reach, names[1], dark))
    figure.update_yaxes(showticklabels=False, rangemode="tozero")
    figure.update_xaxes(range=[-reach, reach])
    return framed(figure, title, dark, height=290, legend=len(names) > 1)


def spreads_figure(
    scores_S: np.ndarray,
    scaled_S: np.ndarray,
    width: int,
    *,
    names: tuple[str, str],
    curve: str,
    title: str,
    dark: bool = False,
) -> go.Figure:
    """Scores above, the same divided by sqrt(d_k) below, on one axis; ``curve`` names theory's."""
    reach = REACH * width**0.5
    figure = go.Figure()
    panels = (
        (scores_S, width**0.5, names[0], colours.pale_weight(dark)),
        (scaled_S, 1.0, names[1], colours.weight(dark)),
    )
    for number, (values, deviation, name, colour) in enumerate(panels, start=1):
        axis = "y" if number == 1 else "y2"
        steps = _steps(values, REACH * deviation, name, colour, filled=True)
        normal = _normal(deviation, REACH * deviation, curve, dark)
        figure.add_trace(steps.update(yaxis=axis))
        figure.add_trace(normal.update(yaxis=axis, showlegend=number == 1))
    figure.update_layout(
        yaxis={"domain": [0.54, 1], "showticklabels": False, "rangemode": "tozero"},
        yaxis2={"domain": [0, 0.46], "showticklabels": False, "rangemode": "tozero"},
        xaxis={"range": [-reach, reach], "anchor": "y2"},
    )
    return framed(figure, title, dark, height=410, legend=True)


def _steps(values_S: np.ndarray, reach: float, name: str, colour: str, filled: bool) -> go.Scatter:
    """A histogram of density as one stepped line; what lies beyond ``reach`` still counts."""
    counts, edges = np.histogram(values_S, _edges(values_S, reach))
    density = counts / (len(values_S) * (edges[1] - edges[0]))
    return go.Scatter(
        x=edges,
        y=np.append(density, 0.0),
        line={"shape": "hv", "color": colour, "width": 1.5 if filled else 2.5},
        fill="tozeroy" if filled else None,
        mode="lines",
        name=escape(name),
        hoverinfo="skip",
    )


def _edges(values_S: np.ndarray, reach: float) -> np.ndarray:
    """Bins of equal width; of values on a fine lattice, as sums of coins are, each has its own."""
    distinct = np.unique(values_S)
    step = float(np.diff(distinct).min()) if 1 < len(distinct) <= 4 * BINS else 0.0
    if not 0.02 < step / reach < 0.12:
        return np.linspace(-reach, reach, BINS + 1)
    first = distinct[0] - step * np.ceil((distinct[0] + reach) / step)
    return np.arange(first - step / 2, reach + step, step)


def _normal(deviation: float, reach: float, name: str, dark: bool) -> go.Scatter:
    x = np.linspace(-reach, reach, 201)
    density = np.exp(-((x / deviation) ** 2) / 2) / (deviation * (2 * np.pi) ** 0.5)
    return go.Scatter(
        x=x,
        y=density,
        mode="lines",
        line={"color": colours.ink(dark), "width": 2.5, "dash": "dash"},
        name=escape(name),
        hoverinfo="skip",
    )
