"""A number for every head: a row for each layer, a column for each head, kind below kind."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import ANGLES, framed

ROW = 34  # pixels
GAP = 2  # rows between two kinds: room for the name of the lower one


def head_grid_figure(
    heads: Sequence[np.ndarray],
    together: Sequence[np.ndarray] = (),
    *,
    names: Sequence[str],
    layer: str,
    head: str,
    all_heads: str = "",
    chosen: tuple[int, int] | None = None,
    title: str,
    dark: bool = False,
) -> go.Figure:
    """``heads``, each (layers, H), one below the other; apart from them, the column ``together``.

    Of that, if it is there, each is (layers,), and ``all_heads`` names it. All share one scale of
    colours around zero. ``names`` are those of the kinds; ``layer`` and ``head`` name a row and a
    column by their ``{number}``. ``chosen``, layer and head of the first kind from 0, is outlined.
    """
    count = heads[0].shape[1]
    blocks = list(heads)
    if together:
        blocks = [np.insert(part, count, np.nan, axis=1) for part in heads]
        blocks = [np.c_[block, whole] for block, whole in zip(blocks, together, strict=True)]
    tops = [sum(len(block) + GAP for block in blocks[:i]) for i in range(len(blocks))]
    z = np.full((tops[-1] + len(blocks[-1]), blocks[0].shape[1]), np.nan, dtype=np.float32)
    for block, top in zip(blocks, tops, strict=True):
        z[top : top + len(block)] = block
    largest = float(np.nanmax(np.abs(z))) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=z,
            zmin=-largest,
            zmax=largest,
            colorscale=colours.signed_scale(dark),
            showscale=False,
            text=[[_written(value) for value in row] for row in z],
            texttemplate="%{text}",  # no size: the numbers shrink with the cells
            hovertemplate="%{y}, %{x}: <b>%{z:.4f}</b><extra></extra>",
            hoverongaps=False,
            xgap=2,
            ygap=2,
        )
    )
    for name, top in zip(names, tops, strict=True):
        figure.add_annotation(
            x=-0.5,
            xanchor="left",
            y=top - 1,
            text=f"<b>{escape(name)}</b>",
            showarrow=False,
            font={"size": 17},
        )
    if chosen is not None:
        figure.add_shape(
            type="rect",
            **{"x0": chosen[1] - 0.5, "x1": chosen[1] + 0.5},
            **{"y0": chosen[0] - 0.5, "y1": chosen[0] + 0.5},
            line={"color": colours.ink(dark), "width": 4},
        )
    _name(figure, [len(block) for block in blocks], tops, count, (layer, head, all_heads))
    return framed(figure, title, dark, ROW * (len(z) + 2) + 40)


def _written(value: float) -> str:
    """Two digits, nothing for a gap, and no minus before a zero."""
    return "" if np.isnan(value) else f"{round(float(value), 2) + 0.0:.2f}"


def _name(
    figure: go.Figure,
    layers: Sequence[int],
    tops: Sequence[int],
    count: int,
    names: tuple[str, str, str],
) -> None:
    """The layers of every block on the left, the heads below."""
    layer, head, all_heads = names
    places = [
        (top + number, escape(layer.format(number=number + 1)))
        for length, top in zip(layers, tops, strict=True)
        for number in range(length)
    ]
    figure.update_yaxes(
        tickvals=[place for place, _name in places],
        ticktext=[name for _place, name in places],
        range=[places[-1][0] + 0.5, -1.6],
        showgrid=False,
        zeroline=False,
    )
    heads = [escape(head.format(number=number + 1)) for number in range(count)]
    figure.update_xaxes(
        tickvals=[*range(count), count + 1][: None if all_heads else count],
        ticktext=[*heads, f"<b>{escape(all_heads)}</b>"][: None if all_heads else count],
        showgrid=False,
        zeroline=False,
        autotickangles=ANGLES,
    )
