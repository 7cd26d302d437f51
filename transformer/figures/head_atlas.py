"""All heads of the three attentions on one map, and what a translation loses without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed

Place = tuple[str, int, int]  # attention, layer and head, both from 0
GAP = 1  # empty column between two attentions
CELL = 46  # pixels


def atlas_figure(
    grids: Mapping[str, np.ndarray],
    held: Sequence[Place],
    chosen: Place,
    *,
    kinds: Mapping[str, str],
    layer: str,
    names: tuple[str, str],
    form: str,
    title: str,
    reach: float | None = None,
    signed: bool = False,
    dark: bool = False,
) -> go.Figure:
    """A number for every head, (layers, H) for each attention; NaN leaves a cell empty.

    Dots mark the heads in ``held``, a frame the ``chosen`` one: ``names``. ``form`` is how numbers
    are written; colour goes from 0 to ``reach``, else to the largest; ``signed``, around 0.
    """
    lefts, right = {}, 0
    for kind, grid_NH in grids.items():
        lefts[kind], right = right, right + grid_NH.shape[1] + GAP
    z = np.full((max(map(len, grids.values())), right - GAP), np.nan)
    labels = np.full(z.shape, "", dtype=object)
    for kind, grid_NH in grids.items():
        for n, h in np.ndindex(grid_NH.shape):
            z[n, lefts[kind] + h] = grid_NH[n, h]
            labels[n, lefts[kind] + h] = escape(f"{kinds[kind]} {n + 1}.{h + 1}")
    reach = reach or float(np.nanmax(np.abs(z)))
    figure = go.Figure(
        go.Heatmap(
            z=z,
            zmin=-reach if signed else 0,
            zmax=reach,
            colorscale=(colours.signed_scale if signed else colours.weights_scale)(dark),
            showscale=False,
            customdata=labels,
            texttemplate="%{z:" + form + "}",
            textfont={"size": 14},
            hovertemplate="%{customdata}: <b>%{z:" + form + "}</b><extra></extra>",
            hoverongaps=False,
            xgap=2,
            ygap=2,
        )
    )
    _mark(
        figure, [(lefts[k] + h + 0.34, n - 0.32) for k, n, h in held], names[0], "circle", 9, dark
    )
    kind, n, h = chosen
    _mark(figure, [(lefts[kind] + h, n)], names[1], "square-open", 32, dark)
    for kind, grid_NH in grids.items():
        figure.add_annotation(
            x=lefts[kind] + (grid_NH.shape[1] - 1) / 2,
            y=-0.95,
            text=f"<b>{escape(kinds[kind])}</b>",
            showarrow=False,
            font={"size": 16, "color": colours.ink(dark)},
        )
    heads = [(lefts[kind] + h, h + 1) for kind, grid in grids.items() for h in range(grid.shape[1])]
    figure.update_xaxes(
        tickvals=[x for x, _ in heads],
        ticktext=[str(number) for _, number in heads],
        tickangle=0,
        showgrid=False,
        zeroline=False,
        range=[-0.6, z.shape[1] - 0.4],
    )
    figure.update_yaxes(
        tickvals=list(range(len(z))),
        ticktext=[escape(layer.format(number=number + 1)) for number in range(len(z))],
        range=[len(z) - 0.4, -1.3],
        showgrid=False,
        zeroline=False,
    )
    return framed(figure, title, dark, 110 + CELL * len(z) + 30, legend=True)


def _mark(
    figure: go.Figure,
    places: Sequence[tuple[float, float]],
    name: str,
    symbol: str,
    size: int,
    dark: bool,
) -> None:
    edge = {"width": 4} if "open" in symbol else {"width": 1.5, "color": colours.paper(dark)}
    figure.add_scatter(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        mode="markers",
        name=escape(name),
        marker={"symbol": symbol, "size": size, "color": colours.ink(dark), "line": edge},
        hoverinfo="skip",
    )
