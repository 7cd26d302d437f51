"""What is learned: all tensors by their size, one of them as a picture, and its distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.analysis.parameters import ROWS, Histogram, Parameter
from transformer.figures import colours
from transformer.figures.frame import framed

SHADES = (1.0, 0.94, 0.88, 0.8, 0.7)  # of the greys of what is learned, from the outside in
COUNTED = 0.01  # of all numbers: only tensors with more of them have room for their count
TOP = 0.995  # of the numbers shown lie within the colours


def tree_figure(
    found: Sequence[Parameter],
    chosen: str,
    *,
    titles: Mapping[str, str],
    layer: str,
    title: str,
    dark: bool = False,
) -> go.Figure:
    """Every tensor as an area, inside its sub-layer, its layer and its stack; ``chosen`` is framed.

    ``titles`` name the parts of a path, with "model" for all, ``layer`` is "layer {number}".
    """
    parts = dict.fromkeys(p.path[:depth] for p in found for depth in range(len(p.path) + 1))
    sizes = [sum(p.count for p in found if p.path[: len(path)] == path) for path in parts]
    labels = [_label(path, size, titles, layer) for path, size in zip(parts, sizes, strict=True)]
    counted = COUNTED * sizes[0]
    depths = [len(path) for path in parts] + [len(SHADES) - 1] * len(found)
    picked = np.array([False] * len(parts) + [p.name == chosen for p in found])
    figure = go.Figure(
        go.Treemap(
            ids=[*map(_id, parts), *(p.name for p in found)],
            labels=[escape(label) for label in (*labels, *(p.symbol for p in found))],
            parents=[_id(path[:-1]) if path else "" for path in parts]
            + [_id(p.path) for p in found],
            values=sizes + [p.count for p in found],
            branchvalues="total",
            customdata=_details(labels, found),
            texttemplate=["%{label}"] * len(parts)
            + ["%{label}<br>%{value:,}" if p.count >= counted else "%{label}" for p in found],
            hovertemplate="<b>%{customdata}</b><br>%{value:,} (%{percentRoot:.1%})<extra></extra>",
            textfont={"size": 16, "color": colours.ink(dark)},
            pathbar={"visible": False},
            tiling={"pad": 2},
            marker={
                "pad": {"t": 26, "l": 4, "r": 4, "b": 4},
                "colors": [SHADES[min(depth, len(SHADES) - 1)] for depth in depths],
                "colorscale": colours.learned_scale(dark),
                "cmin": 0,
                "cmax": 1,
                "line": {
                    "width": np.where(picked, 5, 1),
                    "color": np.where(picked, colours.ink(dark), colours.paper(dark)),
                },
            },
        )
    )
    return framed(figure, title, dark, height=560)


def _label(path: tuple[str, ...], size: int, titles: Mapping[str, str], layer: str) -> str:
    """Stacks, and all of them together, have their counts beside their names."""
    name = ("model", *path)[-1]
    if name.isdigit():
        return layer.format(number=name)
    return titles[name] if len(path) > 1 else f"{titles[name]}: {size:,}"


def _id(path: Sequence[str]) -> str:
    return "/".join(("model", *path))


def _details(labels: Sequence[str], found: Sequence[Parameter]) -> list[str]:
    """What hovering says besides the count: torch's name and the shape of a tensor."""
    tensors = (f"{p.symbol}, {p.name}, {' × '.join(map(str, p.shape))}" for p in found)
    return [escape(text) for text in (*labels, *tensors)]


def tensor_figure(
    window: np.ndarray,
    row: int,
    column: int,
    *,
    axes: tuple[str, str],
    title: str,
    dark: bool = False,
) -> go.Figure:
    """Part of a matrix, its first number standing at ``row``, ``column`` (from 1).

    ``axes`` name columns and rows.
    """
    top = float(np.quantile(np.abs(window), TOP)) or 1.0
    rows, columns = window.shape
    figure = go.Figure(
        go.Heatmap(
            z=window.astype(np.float32),
            x0=column,
            dx=1,
            y0=row,
            dy=1,
            zmin=-top,
            zmax=top,
            colorscale=colours.learned_scale(dark),
            colorbar={"thickness": 14, "outlinewidth": 0},
            hovertemplate="%{y}, %{x}: <b>%{z:.5f}</b><extra></extra>",
        )
    )
    figure.update_xaxes(title=escape(axes[0]), showgrid=False)
    figure.update_yaxes(title=escape(axes[1]), showgrid=False, autorange="reversed")
    if rows == 1:
        figure.update_yaxes(visible=False)
    return framed(figure, title, dark, height=90 + max(110, round(430 * rows / ROWS)))


def histogram_figure(
    found: Histogram, *, names: Sequence[str], title: str, dark: bool = False
) -> go.Figure:
    """Shares of a tensor's numbers, filled, and of its first ones, as an outline.

    ``names`` are those of both, or of one where ``before`` is empty. A tensor that began with one
    number throughout has a dashed line there, which no share could be drawn beside.
    """
    figure = go.Figure()
    for shares, name, colour, filled in (
        (found.now, names[0], colours.learned(dark), True),
        (found.before, names[-1], colours.ink(dark), False),
    ):
        if len(shares) and (filled or shares.max() < 1):
            figure.add_scatter(
                x=found.edges,
                y=np.append(shares, 0.0),
                line={"shape": "hv", "color": colour, "width": 1.5 if filled else 2.5},
                fill="tozeroy" if filled else None,
                mode="lines",
                name=escape(name),
                hoverinfo="skip",
            )
        elif len(shares):
            _mark_start(figure, found, name, colour)
    figure.update_xaxes(range=[found.edges[0], found.edges[-1]])
    figure.update_yaxes(tickformat=".1%", rangemode="tozero")
    return framed(figure, title, dark, height=290, legend=len(names) > 1)


def _mark_start(figure: go.Figure, found: Histogram, name: str, colour: str) -> None:
    figure.add_scatter(
        x=[found.start, found.start],
        y=[0, found.now.max()],
        mode="lines",
        line={"color": colour, "width": 2.5, "dash": "dash"},
        name=escape(name),
        hoverinfo="skip",
    )


def tally_figure(
    counts: Sequence[int],
    whats: Sequence[str],
    origins: Sequence[str],
    *,
    sorts: Sequence[str],
    title: str,
    axis: str,
    dark: bool = False,
) -> go.Figure:
    """How many numbers there are of each sort, in blocks by origin; the axis is logarithmic.

    ``sorts`` are the keys of ``whats``: they choose the colours, one meaning each.
    """
    ink = colours.ink(dark)
    meant = {
        "learned": colours.learned(dark),
        "fixed": ink,
        "query": colours.query(dark),
        "key": colours.key(dark),
        "value": colours.value(dark),
        "scores": colours.pale_weight(dark),
        "weights": colours.weight(dark),
    }
    figure = go.Figure(
        go.Bar(
            x=list(counts),
            y=[[escape(origin) for origin in origins], [escape(what) for what in whats]],
            orientation="h",
            marker_color=[meant.get(sort, colours.signed(dark)[1]) for sort in sorts],
            text=[f"{count:,}" for count in counts],
            textposition="outside",
            textfont={"size": 17},
            cliponaxis=False,
            hovertemplate="<b>%{x:,}</b><extra></extra>",
        )
    )
    figure.update_xaxes(type="log", title=escape(axis), dtick=1, range=[-0.1, 8])
    figure.update_yaxes(autorange="reversed", showgrid=False, tickangle=0)
    return framed(figure, title, dark, height=90 + 32 * len(counts))
