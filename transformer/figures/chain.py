"""One word's encoding: a link in a chain of states, or a weighted sum of all words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import ANGLES, framed, name_rows, named
from transformer.figures.vectors import nearly_largest

CELL = 0.6  # of the way from one piece to the next; the rest is for the arrow
ARROWS = ("triangle-right", "triangle-left")  # reading forwards, and backwards
MANY = 16  # pieces: with more, arrows are smaller


def chain_figure(
    directions: Sequence[np.ndarray],
    pieces: Sequence[str],
    *,
    names: Sequence[str],
    chosen: int,
    title: str,
    dark: bool = False,
) -> go.Figure:
    """A column of numbers for the state after each piece, arrows from each state to the next.

    ``directions`` are (pieces, width): the states reading forwards and, below them, backwards;
    ``names`` are theirs. The column of the ``chosen`` piece stands in a frame.
    """
    figure = go.Figure()
    top = nearly_largest(np.concatenate(directions))
    edges = (np.arange(len(pieces))[:, None] + [-CELL / 2, CELL / 2]).ravel()
    begin, centres = 0.0, []
    for states, arrow in zip(directions, ARROWS, strict=False):
        width = states.shape[1]
        columns = np.full((width, 2 * len(pieces) - 1), np.nan, dtype=np.float32)
        columns[:, ::2] = states.T
        figure.add_heatmap(
            z=columns,
            x=edges,
            y=begin + np.arange(width + 1),
            zmin=-top,
            zmax=top,
            colorscale=colours.signed_scale(dark),
            showscale=False,
            hoverongaps=False,
            hovertemplate="<b>%{z:.5f}</b><extra></extra>",
        )
        centres.append(begin + width / 2)
        _add_arrows(figure, len(pieces), centres[-1], arrow, dark)
        _add_cells(figure, len(pieces), (begin, begin + width), dark)
        begin += 1.08 * width
    _add_frame(figure, chosen, begin - 0.08 * directions[-1].shape[1], dark)
    figure.update_xaxes(**named(pieces, chosen), autotickangles=ANGLES, zeroline=False)
    figure.update_yaxes(
        tickvals=centres,
        ticktext=[escape(name).replace(" ", "<br>") for name in names],
        showgrid=False,
        zeroline=False,
        autorange="reversed",
    )
    return framed(figure, title, dark, height=120 + 170 * len(directions))


def _add_arrows(figure: go.Figure, pieces: int, height: float, symbol: str, dark: bool) -> None:
    figure.add_scatter(
        x=np.arange(pieces - 1) + 0.5,
        y=[height] * (pieces - 1),
        mode="markers",
        marker={
            "symbol": symbol,
            "size": 16 if pieces <= MANY else 8,
            "color": colours.ink(dark),
        },
        hoverinfo="skip",
    )


def _add_cells(figure: go.Figure, pieces: int, rows: tuple[float, float], dark: bool) -> None:
    """A thin border: numbers near zero have the colour of the page."""
    for piece in range(pieces):
        figure.add_shape(
            type="rect",
            x0=piece - CELL / 2,
            x1=piece + CELL / 2,
            y0=rows[0],
            y1=rows[1],
            line={"color": colours.learned(dark), "width": 1},
        )


def _add_frame(figure: go.Figure, chosen: int, bottom: float, dark: bool) -> None:
    figure.add_shape(
        type="rect",
        x0=chosen - CELL / 2 - 0.06,
        x1=chosen + CELL / 2 + 0.06,
        y0=-0.02 * bottom,
        y1=1.02 * bottom,
        line={"color": colours.query(dark), "width": 4},
    )


def weighted_sum_figure(
    weights_M: np.ndarray,
    contributions_MK: np.ndarray,
    context_K: np.ndarray,
    pieces: Sequence[str],
    *,
    total: str,
    headings: tuple[str, str, str],
    chosen: int,
    title: str,
    dark: bool = False,
) -> go.Figure:
    """Rows of weight, length and numbers of what each piece contributes, and last their sum.

    ``contributions_MK`` are weight times value, ``context_K`` their sum, named ``total``; the name
    of the ``chosen`` piece, whose context it is, is bold.
    """
    rows_MK = np.vstack([contributions_MK, context_K])
    figure = go.Figure()
    for number, (lengths, colour) in enumerate(
        (
            (np.append(weights_M, weights_M.sum()), colours.weight(dark)),
            (np.linalg.norm(rows_MK, axis=1), colours.value(dark)),
        ),
        start=1,
    ):
        figure.add_bar(
            x=lengths,
            y=np.arange(len(lengths)),
            orientation="h",
            xaxis=f"x{number}",
            marker_color=[colour] * (len(lengths) - 1) + [colours.ink(dark)],
            text=[f"{length:.2f}" for length in lengths],
            textposition="outside",
            textfont={"size": 16},
            cliponaxis=False,
            hovertemplate="<b>%{x:.5f}</b><extra></extra>",
        )
    top = nearly_largest(rows_MK)
    figure.add_heatmap(
        z=rows_MK.astype(np.float32),
        x=list(range(1, rows_MK.shape[1] + 1)),
        y=np.arange(len(rows_MK)),
        xaxis="x3",
        zmin=-top,
        zmax=top,
        colorscale=colours.signed_scale(dark),
        showscale=False,
        ygap=3,
        hovertemplate="%{x}: <b>%{z:.5f}</b><extra></extra>",
    )
    for suffix, domain, heading in zip(
        ("", "2", "3"), ((0, 0.22), (0.27, 0.5), (0.56, 1)), headings, strict=True
    ):
        axis = {
            "domain": list(domain),
            "title": {"text": escape(heading), "standoff": 6},
            "side": "top",
            "showgrid": False,
            "showticklabels": False,
            "zeroline": suffix != "3",
        }
        figure.update_layout({f"xaxis{suffix}": axis})
    for trace, place in zip(figure.data[:2], ("xaxis", "xaxis2"), strict=True):
        figure.layout[place].range = [0, 1.4 * (float(max(trace.x)) or 1.0)]
    figure.add_hline(y=len(pieces) - 0.5, line={"color": colours.ink(dark), "width": 1})
    height = name_rows(figure, [*pieces, total], chosen)
    framed(figure, title, dark, height + 20, above=90)
    return figure.update_layout(bargap=0.25)
