"""How a training run went: its curves, and how sharp attention was at each snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import ANGLES, framed


def curves_figure(
    along: np.ndarray,
    curves: Mapping[str, np.ndarray],
    *,
    title: str,
    axis: str,
    dark: bool = False,
) -> go.Figure:
    """One or two curves by name along steps, minutes or pairs; the first is drawn in full colour.

    NaN leaves a gap.
    """
    figure = go.Figure()
    styles = ((colours.weight(dark), "solid", "square"), (colours.ink(dark), "dash", "circle"))
    for (name, values), (colour, dash, symbol) in zip(curves.items(), styles, strict=False):
        figure.add_scatter(
            x=along,
            y=values,
            name=escape(name),
            mode="lines+markers",
            line={"color": colour, "width": 3, "dash": dash},
            marker={"size": 8, "symbol": symbol},
            cliponaxis=False,
            hovertemplate="%{x:,.6~g}: <b>%{y:.6~g}</b>",
        )
    figure.update_xaxes(title=escape(axis), rangemode="tozero")
    figure.update_yaxes(rangemode="tozero")
    return framed(figure, title, dark, height=330, legend=len(curves) > 1)


def sharpness_figure(
    sharpness_NH: np.ndarray,
    steps: Sequence[str],
    chosen: int,
    head: int,
    *,
    names: tuple[str, str],
    title: str,
    axis: str,
    dark: bool = False,
) -> go.Figure:
    """How sharp every head was after so many steps: (snapshots, H), the head in full colour.

    ``names``: the chosen head, the others.
    """
    figure = go.Figure()
    heads = [*(h for h in range(sharpness_NH.shape[1]) if h != head), head]
    for h in heads:
        own = h == head
        figure.add_scatter(
            x=list(range(len(steps))),
            y=sharpness_NH[:, h],
            name=escape(names[0 if own else 1]),
            mode="lines+markers" if own else "lines",
            line={
                "color": colours.weight(dark) if own else colours.learned(dark),
                "width": 5 if own else 1.5,
            },
            marker={"size": [18 if i == chosen else 9 for i in range(len(steps))]},
            showlegend=own or h == heads[0],
            hovertemplate="<b>%{y:.4f}</b>",
        )
    figure.update_xaxes(tickvals=list(range(len(steps))), ticktext=[escape(s) for s in steps])
    figure.update_xaxes(title=escape(axis), autotickangles=ANGLES)
    figure.update_yaxes(range=[0, 1.05])
    return framed(figure, title, dark, height=390, legend=True)
