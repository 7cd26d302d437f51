"""All heads at once: how far the scores of each spread, and how sharply its rows look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed

Place = tuple[str, int, int]  # kind, layer and head, both from 0
SYMBOLS = ("circle", "square", "diamond")
VARIANCES = (10, 20, 50, 100, 200, 500, 1000)  # that an axis names


def head_variances_figure(
    variances_X: Sequence[float],
    before_X: Sequence[float],
    width: int,
    places: Sequence[Place],
    chosen: Place,
    *,
    kinds: Mapping[str, str],
    names: tuple[str, str],
    states: tuple[str, str],
    title: str,
    dark: bool = False,
) -> go.Figure:
    """The variance of every head X on a logarithmic axis, with lines where theory puts it.

    Raw scores are circles (theory: the width d_k), scaled ones squares (theory: 1): ``names``.
    Both are hollow before training and filled after it: ``states``. ``places`` say which head is
    where; a line marks the ``chosen`` one; ``kinds`` are the names of the three attentions.
    """
    figure = go.Figure()
    raw, scaled = (colours.pale_weight(dark), "circle"), (colours.weight(dark), "square")
    for (colour, symbol), divisor, name in ((raw, 1, names[0]), (scaled, width, names[1])):
        for values, state, hollow in (
            (before_X, states[0], True),
            (variances_X, states[1], False),
        ):
            figure.add_scatter(
                x=list(range(len(places))),
                y=np.asarray(values) / divisor,
                mode="markers",
                name=escape(f"{name}, {state}"),
                marker={"color": colour, "size": 9, "symbol": symbol + "-open" * hollow},
                text=[_label(place, kinds) for place in places],
                hovertemplate="%{text}: <b>%{y:.2f}</b><extra></extra>",
            )
        figure.add_hline(
            y=width / divisor, line={"color": colours.ink(dark), "width": 2, "dash": "dash"}
        )
    figure.add_vline(x=places.index(chosen), line={"color": colours.ink(dark), "width": 1.5})
    _group(figure, [kind for kind, _layer, _head in places], kinds, dark)
    figure.update_yaxes(type="log", tickvals=[1, 10, width, 100, 1000])
    return framed(figure, title, dark, height=430, legend=True)


def sharpness_figure(
    variances_X: Sequence[float],
    entropies_X: Sequence[float],
    places: Sequence[Place],
    chosen: Place,
    *,
    kinds: Mapping[str, str],
    axes: tuple[str, str],
    title: str,
    dark: bool = False,
) -> go.Figure:
    """Entropy of a head's rows (0 to 1) against the variance of its scores; a symbol for a kind.

    A ring marks the ``chosen`` head.
    """
    figure = go.Figure()
    palette = (colours.pale_weight(dark), colours.ink(dark), colours.weight(dark))
    for kind, colour, symbol in zip(kinds, palette, SYMBOLS, strict=True):
        members = [i for i, place in enumerate(places) if place[0] == kind]
        figure.add_scatter(
            x=[variances_X[i] for i in members],
            y=[entropies_X[i] for i in members],
            mode="markers",
            name=escape(kinds[kind]),
            marker={"color": colour, "size": 12, "symbol": symbol},
            text=[_label(places[i], kinds) for i in members],
            hovertemplate="%{text}: %{x:.1f}, <b>%{y:.3f}</b><extra></extra>",
        )
    figure.add_scatter(
        x=[variances_X[places.index(chosen)]],
        y=[entropies_X[places.index(chosen)]],
        mode="markers",
        marker={"symbol": "circle-open", "size": 26, "color": colours.ink(dark), "line_width": 3},
        name=_label(chosen, kinds),
        hoverinfo="skip",
    )
    figure.update_xaxes(type="log", title=escape(axes[0]), tickvals=VARIANCES)
    figure.update_yaxes(title=escape(axes[1]), range=[0, 1])
    return framed(figure, title, dark, height=390, legend=True)


def _label(place: Place, kinds: Mapping[str, str]) -> str:
    kind, layer, head = place
    return escape(f"{kinds[kind]} {layer + 1}.{head + 1}")


def _group(figure: go.Figure, kinds_X: Sequence[str], names: Mapping[str, str], dark: bool) -> None:
    """Name the heads of each kind together on the horizontal axis, a dotted line between kinds."""
    first = [kinds_X.index(kind) for kind in names]
    ends = [*first[1:], len(kinds_X)]
    dots = {"color": colours.ink(dark), "width": 1, "dash": "dot"}
    for begin in first[1:]:
        figure.add_vline(x=begin - 0.5, line=dots)
    figure.update_xaxes(
        tickvals=[(begin + end - 1) / 2 for begin, end in zip(first, ends, strict=True)],
        ticktext=[escape(name) for name in names.values()],
        tickangle=0,
        range=[-1, len(kinds_X)],
        showgrid=False,
    )
