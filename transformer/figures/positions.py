"""The waves that tell positions: all of them as a picture, two of them as curves."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import ANGLES, framed

NAMES_UP_TO = 14  # pieces: with more, their names on an axis would not be legible


def positions_figure(
    positions: np.ndarray,
    read: int,
    *,
    chosen: int,
    title: str,
    axes: tuple[str, str],
    dark: bool = False,
) -> go.Figure:
    """Position vectors as rows, (positions, width): the first ``read`` are used, one is ``chosen``.

    The sentence's rows stand in a frame, the chosen one in a blue one.
    """
    width = positions.shape[1]
    figure = go.Figure(
        go.Heatmap(
            z=positions.astype(np.float32),
            x=list(range(1, width + 1)),
            zmin=-1,
            zmax=1,
            colorscale=colours.signed_scale(dark),
            colorbar={"thickness": 14, "outlinewidth": 0},
            hovertemplate="%{y}, %{x}: <b>%{z:.5f}</b><extra></extra>",
        )
    )
    for first, last, colour in (
        (0, read - 1, colours.ink(dark)),
        (chosen, chosen, colours.query(dark)),
    ):
        figure.add_shape(
            type="rect",
            x0=0.5,
            x1=width + 0.5,
            y0=first - 0.5,
            y1=last + 0.5,
            line={"color": colour, "width": 2},
        )
    figure.update_xaxes(title=escape(axes[0]), showgrid=False)
    figure.update_yaxes(title=escape(axes[1]), autorange="reversed", showgrid=False)
    return framed(figure, title, dark, height=400)


def waves_figure(
    waves: np.ndarray,
    pieces: Sequence[str],
    *,
    steps: int,
    names: Sequence[str],
    chosen: int,
    title: str,
    axis: str,
    dark: bool = False,
) -> go.Figure:
    """Dimensions of the position vector as curves, (points, curves), ``steps`` points a position.

    A dot stands at each position of the sentence, a large one at the chosen piece; the first curve
    is the one in colour.
    """
    x = np.arange(len(waves)) / steps
    figure = go.Figure()
    for curve, name, colour in zip(
        waves.T, names, (colours.query(dark), colours.ink(dark)), strict=True
    ):
        figure.add_scatter(x=x, y=curve, mode="lines", name=escape(name), line={"color": colour})
        figure.add_scatter(
            x=list(range(len(pieces))),
            y=curve[: len(pieces) * steps : steps],
            mode="markers",
            showlegend=False,
            marker={
                "color": colour,
                "size": [16 if i == chosen else 9 for i in range(len(pieces))],
            },
            customdata=[escape(piece) for piece in pieces],
            hovertemplate="%{customdata}: <b>%{y:.5f}</b><extra></extra>",
        )
    _name_positions(figure, pieces, len(waves) // steps, axis)
    figure.update_yaxes(range=[-1.15, 1.15])
    return framed(figure, title, dark, height=350, legend=True)


def _name_positions(figure: go.Figure, pieces: Sequence[str], count: int, axis: str) -> None:
    """The pieces, if there is room for them, then every fifth position."""
    named = len(pieces) if len(pieces) <= NAMES_UP_TO else 0
    later = range(-(-named // 5) * 5, count + 1, 5)
    figure.update_xaxes(
        title=escape(axis),
        zeroline=False,
        showgrid=False,
        tickvals=[*range(named), *later],
        ticktext=[*(escape(piece) for piece in pieces[:named]), *map(str, later)],
        autotickangles=ANGLES,
    )
