"""Dependence by distance: how it falls to the left and to the right of a word itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from transformer.analysis.dependence import Curve
from transformer.figures import colours
from transformer.figures.architectures import style
from transformer.figures.frame import framed

LEVEL = 0.1  # a dashed line: what counts as little
TICKS_UP_TO = 8


def dependence_figure(
    curves: Mapping[str, Curve],
    *,
    faint: Sequence[str] = (),
    title: str,
    axes: tuple[str, str],
    dark: bool = False,
) -> go.Figure:
    """A line for each named curve on a logarithmic axis, in a band from smallest to largest.

    Words to the left stand left of 0. ``faint`` curves are thin and without a band; the second of
    a kind of model is drawn with open markers.
    """
    figure = go.Figure()
    kinds: list[str] = []
    for name, curve in curves.items():
        look = _look(curve.arch, dark, name in faint, again=curve.arch in kinds)
        if name not in faint:
            figure.add_trace(_band(curve, look["line"]["color"]))
            kinds.append(curve.arch)
        figure.add_scatter(
            x=-curve.distances,
            y=curve.mean,
            name=escape(name),
            customdata=100 * curve.mean,
            hovertemplate="%{x}: <b>%{customdata:.3g} %</b>",
            **look,
        )
    figure.add_hline(y=LEVEL, line={"color": colours.ink(dark), "width": 1, "dash": "dash"})
    _place(figure, list(curves.values()), axes)
    return framed(figure, title, dark, height=350, legend=True)


def _look(arch: str, dark: bool, faint: bool, again: bool) -> dict[str, Any]:
    look = style(arch, dark)
    if again:
        look["marker"] |= {"symbol": look["marker"]["symbol"] + "-open", "line": {"width": 2}}
        look["line"] |= {"width": 3}
    if faint:
        look |= {"mode": "lines", "opacity": 0.7}
        look["line"] |= {"width": 1.5}
    return look


def _band(curve: Curve, colour: str) -> go.Scatter:
    return go.Scatter(
        x=np.concatenate([-curve.distances, -curve.distances[::-1]]),
        y=np.concatenate([curve.high, curve.low[::-1]]),
        fill="toself",
        fillcolor=colour,
        opacity=0.13,
        line={"width": 0},
        mode="lines",
        showlegend=False,
        hoverinfo="skip",
    )


def _place(figure: go.Figure, curves: Sequence[Curve], axes: tuple[str, str]) -> None:
    """Distances without a sign below, percent at the side."""
    farthest = max(int(np.abs(curve.distances).max()) for curve in curves)
    step = 1 if farthest <= 12 else 5
    ticks = range(-(farthest // step) * step, farthest + 1, step)
    figure.update_xaxes(
        title=escape(axes[0]),
        tickvals=list(ticks),
        ticktext=[str(abs(tick)) for tick in ticks],
        tickangle=0,
        zeroline=False,
    )
    low = min(0.7 * LEVEL, *(float(curve.low.min()) for curve in curves))
    high = max(float(curve.high.max()) for curve in curves)
    figure.update_yaxes(
        title=escape(axes[1]),
        type="log",
        range=[np.log10(low) - 0.05, np.log10(high) + 0.1],
        **_percent(low, high),
    )


def _percent(low: float, high: float) -> dict[str, Any]:
    """1, 2, 5, 10 ... percent, or, where the axis is long, powers of ten."""
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for steps in ((1, 2, 5), (1,)):
        found = [step * 10.0**decade for decade in decades for step in steps]
        found = [level for level in found if 0.95 * low <= level <= 1.2 * high]
        if len(found) <= TICKS_UP_TO:
            break
    return {"tickvals": found, "ticktext": [f"{100 * level:.10g} %" for level in found]}
