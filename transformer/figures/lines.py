"""Attention as lines from words to words: colour is the head, opacity the weight."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.analysis.panel import Lines, Panel
from transformer.figures import colours
from transformer.figures.frame import TICKS, framed

OPACITIES = 20  # steps of opacity: one trace each, the weight itself is in the hover text
SPREAD = 0.7  # rows: what the lines of all heads take at a word
WORDS = 0.85  # widths of the lines' own space that words take at either side
ROW, HEADING = 27, 90  # pixels


def lines_figure(
    panels: Sequence[Panel],
    *,
    names: Sequence[str],
    row_titles: Sequence[str],
    column_titles: Sequence[str],
    head_name: str,
    place_name: str,
    dark: bool = False,
) -> go.Figure:
    """Queries at the left, keys at the right, a line for each weight that ``Panel.lines`` names.

    Panels stand side by side; pinned words are bold. The hover text of a line is at its middle.
    ``head_name`` has the placeholder {number}, ``place_name`` has {layer} and {head}, all from 1;
    words may contain anything: they are escaped.
    """
    figure = go.Figure()
    heads = max(panel.weights_NHLM.shape[1] for panel in panels)
    for place, panel in enumerate(panels):
        left = place * (1 + 2 * WORDS)
        _draw_lines(figure, panel, left, place_name, dark)
        _write_words(figure, panel, left)
    for head in range(heads):
        figure.add_scatter(
            x=[None],
            y=[None],
            mode="lines",
            name=escape(head_name.format(number=head + 1)),
            line={"color": _colour(head, dark), "width": 5},
            showlegend=True,
        )
    longest = max(max(len(panel.rows), len(panel.columns)) for panel in panels)
    framed(figure, "", dark, ROW * longest + 2 * HEADING, above=10, legend=True)
    _write_titles(figure, names, row_titles, column_titles, dark)
    right = (len(panels) - 1) * (1 + 2 * WORDS) + 1 + WORDS
    figure.update_xaxes(visible=False, range=(-WORDS, right))
    figure.update_yaxes(visible=False, range=(longest - 0.4, -0.6 - HEADING / ROW))
    return figure


def ends(lines: Lines, heads: int) -> tuple[np.ndarray, np.ndarray]:
    """The height of each line at its query and at its key, in rows from the first word's middle.

    The lines of different heads leave a word one below the other, so that none hides another.
    """
    beside = (lines.head - (heads - 1) / 2) * SPREAD / heads
    return lines.row + beside, lines.column + beside


def _colour(head: int, dark: bool) -> str:
    palette = colours.heads(dark)
    return palette[head % len(palette)]


def _draw_lines(figure: go.Figure, panel: Panel, left: float, place_name: str, dark: bool) -> None:
    """One trace for all lines of a head that are equally opaque, the faintest first."""
    lines = panel.lines()
    heads = panel.weights_NHLM.shape[1]
    begins, stops = ends(lines, heads)
    opacity = np.clip(np.ceil(lines.weight * OPACITIES), 1, OPACITIES)
    for step, head in sorted(set(zip(opacity.tolist(), lines.head.tolist(), strict=True))):
        (chosen,) = np.nonzero((opacity == step) & (lines.head == head))
        middles = (begins[chosen] + stops[chosen]) / 2
        gaps = np.full(len(chosen), np.nan)
        heights = np.stack([begins[chosen], middles, stops[chosen], gaps], axis=1)
        figure.add_scatter(
            x=np.tile(np.array([left, left + 0.5, left + 1, np.nan], np.float32), len(chosen)),
            y=heights.ravel().astype(np.float32),
            mode="lines",
            line={"color": _colour(head, dark), "width": 2},
            opacity=step / OPACITIES,
            hoverinfo="text",
            hovertext=[
                text
                for i in map(int, chosen)
                for text in ("", _said(panel, lines, i, place_name), "", "")
            ],
            showlegend=False,
        )


def _said(panel: Panel, lines: Lines, at: int, place_name: str) -> str:
    row, column = panel.rows[lines.row[at]], panel.columns[lines.column[at]]
    place = place_name.format(layer=lines.layer[at] + 1, head=lines.head[at] + 1)
    link = f"{escape(row)} → {escape(column)}"
    return f"{escape(place)}: {link} <b>{lines.weight[at]:.4f}</b>"


def _write_words(figure: go.Figure, panel: Panel, left: float) -> None:
    for words, pinned, x, side in (
        (panel.rows, panel.pinned_rows, left - 0.03, "middle left"),
        (panel.columns, panel.pinned_columns, left + 1.03, "middle right"),
    ):
        figure.add_scatter(
            x=[x] * len(words),
            y=list(range(len(words))),
            mode="text",
            text=[
                f"<b>{escape(word)}</b>" if i in pinned else escape(word)
                for i, word in enumerate(words)
            ],
            textposition=side,
            textfont={"size": TICKS},
            hoverinfo="skip",
            showlegend=False,
        )


def _write_titles(
    figure: go.Figure,
    names: Sequence[str],
    row_titles: Sequence[str],
    column_titles: Sequence[str],
    dark: bool,
) -> None:
    """The name of each attention, and who looks at whom: two lines of their own above the words."""
    for place, (name, rows, columns) in enumerate(
        zip(names, row_titles, column_titles, strict=True)
    ):
        left = place * (1 + 2 * WORDS)
        for text, x, y, colour in (
            (f"<b>{escape(name)}</b>", left + 0.5, 2.9, colours.ink(dark)),
            (escape(rows), left + 0.5, 2.0, colours.query(dark)),
            (escape(columns), left + 0.5, 1.2, colours.key(dark)),
        ):
            figure.add_annotation(
                x=x, y=-y, text=text, showarrow=False, font={"size": 17, "color": colour}
            )
