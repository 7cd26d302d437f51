"""What a translation loses when heads are switched off: one at a time, and more and more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed

STYLES = {  # symbols and lines: of the three attentions, and of two orders of all heads
    "encoder": ("circle", "dot"),
    "decoder": ("square", "dash"),
    "cross": ("diamond", "solid"),
    "importance": ("circle", "solid"),
    "loss": ("circle-open", "dash"),
}


def one_off_figure(
    changes: Sequence[Sequence[float]],
    places: Sequence[tuple[str, int, int]],
    *,
    kinds: Mapping[str, str],
    noticed: float,
    title: str,
    axes: tuple[str, str],
    dark: bool = False,
) -> go.Figure:
    """The change of BLEU without each head with its interval, (heads, 3), the worst first.

    A dotted line lies ``noticed`` points below zero.
    """
    figure = go.Figure()
    order = sorted(range(len(places)), key=lambda i: changes[i][0])
    rank = {i: number for number, i in enumerate(order, start=1)}
    for y, dash in ((0.0, "solid"), (-noticed, "dot")):
        figure.add_hline(y=y, line={"color": colours.ink(dark), "width": 1.5, "dash": dash})
    for kind, name in kinds.items():
        own = sorted(
            (i for i, place in enumerate(places) if place[0] == kind), key=lambda i: rank[i]
        )
        figure.add_scatter(
            x=[rank[i] for i in own],
            y=[changes[i][0] for i in own],
            error_y=_bars(*zip(*(changes[i] for i in own), strict=True)),
            mode="markers",
            name=escape(name),
            marker={"color": _colour(kind, dark), "size": 10, "symbol": STYLES[kind][0]},
            text=[escape(f"{name} {places[i][1] + 1}.{places[i][2] + 1}") for i in own],
            hovertemplate="%{text}: <b>%{y:+.2f}</b><extra></extra>",
        )
    figure.update_xaxes(title=escape(axes[0]), range=[0, len(places) + 1])
    figure.update_yaxes(title=escape(axes[1]), zeroline=False)
    return framed(figure, title, dark, height=430, legend=True)


def curves_figure(
    curves: Mapping[str, Sequence[tuple[int, float]]],
    *,
    names: Mapping[str, str],
    title: str,
    axes: tuple[str, str],
    dark: bool = False,
) -> go.Figure:
    """Something against the number of heads that are off: (off, value) for every order."""
    figure = go.Figure()
    for order, rows in curves.items():
        symbol, dash = STYLES[order]
        figure.add_scatter(
            x=[off for off, _value in rows],
            y=[value for _off, value in rows],
            name=escape(names[order]),
            mode="lines+markers",
            line={"color": _colour(order, dark), "width": 3, "dash": dash},
            marker={"size": 9, "symbol": symbol},
            cliponaxis=False,
            hovertemplate="%{x}: <b>%{y:.4~g}</b>",
        )
    figure.update_xaxes(title=escape(axes[0]), rangemode="tozero")
    figure.update_yaxes(title=escape(axes[1]), rangemode="tozero")
    return framed(figure, title, dark, height=380, legend=True)


def _bars(value: Sequence[float], low: Sequence[float], high: Sequence[float]) -> dict[str, Any]:
    """Error bars; a bootstrap interval need not hold the value itself."""
    return {
        "array": [max(0.0, h - v) for v, h in zip(value, high, strict=True)],
        "arrayminus": [max(0.0, v - low_) for v, low_ in zip(value, low, strict=True)],
        "thickness": 1.2,
        "width": 2,
    }


def _colour(order: str, dark: bool) -> str:
    """The three attentions as elsewhere; orders of all heads in violet, and grey to compare."""
    found = {
        "encoder": colours.pale_weight(dark),
        "decoder": colours.ink(dark),
        "cross": colours.weight(dark),
        "loss": colours.learned(dark),
    }
    return found.get(order, colours.weight(dark))
