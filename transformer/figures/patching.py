"""Two sentences piece under piece: where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed

COLUMNS = 10  # pieces side by side, at most
ROW = 40  # pixels


def two_sentences_figure(
    first: Sequence[str],
    second: Sequence[str],
    *,
    names: tuple[str, str],
    title: str,
    dark: bool = False,
) -> go.Figure:
    """The pieces of both in lines of alike length, the second below the first, and a box around
    every place where they differ or one of them has ended."""
    length = max(len(first), len(second))
    lines = -(-length // COLUMNS)
    columns = -(-length // lines)
    text = [[""] * columns for _row in range(3 * lines - 1)]
    figure = go.Figure()
    for place in range(length):
        line, column = divmod(place, columns)
        both = [pieces[place] if place < len(pieces) else "–" for pieces in (first, second)]
        for row, piece in enumerate(both):
            text[3 * line + row][column] = escape(piece)
        if both[0] != both[1]:
            figure.add_shape(
                type="rect",
                x0=column - 0.48,
                x1=column + 0.48,
                y0=3 * line - 0.48,
                y1=3 * line + 1.48,
                line={"width": 3, "color": colours.ink(dark)},
            )
    clear = "rgba(0,0,0,0)"
    figure.add_heatmap(
        z=[[0] * columns for _row in text],
        colorscale=[(0, clear), (1, clear)],
        showscale=False,
        text=text,
        texttemplate="%{text}",
        textfont_color=colours.ink(dark),
        hoverinfo="skip",
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(
        tickvals=[3 * line + row for line in range(lines) for row in range(2)],
        ticktext=[f"<b>{escape(name)}</b>" for name in names] * lines,
        autorange="reversed",
        showgrid=False,
        zeroline=False,
    )
    return framed(figure, title, dark, height=ROW * len(text) + 10)
