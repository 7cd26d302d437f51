"""Kinds of models side by side: those with attention in violet, told apart by dash and symbol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed

DASHES = {"transformer": "solid", "birnn-attention": "dash", "birnn": "solid", "rnn": "dot"}
SYMBOLS = {"transformer": "square", "birnn-attention": "diamond", "birnn": "circle", "rnn": "x"}


def style(arch: str, dark: bool) -> dict[str, Any]:
    """Line and marker of a kind of model; the thickest is the Transformer's."""
    colour = {
        "transformer": colours.weight(dark),
        "birnn-attention": colours.pale_weight(dark),
    }.get(arch, colours.ink(dark) if arch == "birnn" else colours.learned(dark))
    return {
        "mode": "lines+markers",
        "line": {"color": colour, "width": 5 if arch == "transformer" else 3, "dash": DASHES[arch]},
        "marker": {"color": colour, "size": 11, "symbol": SYMBOLS[arch]},
    }


def timing_figure(
    curves: Mapping[str, np.ndarray],
    *,
    names: Mapping[str, str],
    title: str,
    axes: tuple[str, str],
    dark: bool = False,
) -> go.Figure:
    """Seconds against length, both logarithmic, for each kind of model: (4, lengths), of which the
    rows are length, lower quartile, median, upper quartile. ``names`` by kind.
    """
    figure = go.Figure()
    for arch, (lengths, low, median, high) in curves.items():
        figure.add_scatter(
            x=lengths,
            y=median,
            error_y={
                "array": high - median,
                "arrayminus": median - low,
                "thickness": 2,
                "width": 5,
            },
            name=escape(names[arch]),
            hovertemplate="%{x}: <b>%{y:.4g} s</b>",
            **style(arch, dark),
        )
    lengths = sorted({int(length) for curve in curves.values() for length in curve[0]})
    figure.update_xaxes(type="log", tickvals=lengths, title=escape(axes[0]), tickangle=0)
    ticks = [digit * 10.0**power for power in range(-6, 4) for digit in (1, 2, 5)]
    figure.update_yaxes(
        type="log", tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks], title=escape(axes[1])
    )
    return framed(figure, title, dark, height=470, legend=True)


def by_length_figure(
    scores: Sequence[Sequence[float]],
    *,
    names: Sequence[str],
    archs: Sequence[str],
    buckets: Sequence[str],
    title: str,
    axes: tuple[str, str],
    dark: bool = False,
) -> go.Figure:
    """A row of scores, one for every bucket of lengths, for each model: its name and its kind."""
    figure = go.Figure()
    for values, name, arch in zip(scores, names, archs, strict=True):
        figure.add_scatter(
            x=[escape(bucket) for bucket in buckets],
            y=list(values),
            name=escape(name),
            cliponaxis=False,
            hovertemplate="%{x}: <b>%{y:.2f}</b>",
            **style(arch, dark),
        )
    figure.update_xaxes(type="category", title=escape(axes[0]))
    figure.update_yaxes(title=escape(axes[1]), rangemode="tozero")
    return framed(figure, title, dark, height=430, legend=True)
