"""Three answers to one question, one above the other: a bar for every word in each."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed, name_columns

PANEL = 205  # pixels, its heading included
HEADING = 0.24  # of a panel
UPRIGHT = 14  # words: with more, numbers stand on end
PALE = 0.45  # of the bars beside the one that stands out


def three_rows_figure(
    attention_M: np.ndarray,
    size_M: np.ndarray,
    lost_M: np.ndarray,
    words: Sequence[str],
    *,
    headings: tuple[str, str, str],
    title: str,
    dark: bool = False,
) -> go.Figure:
    """Weight, length and the change that hiding a word makes, over one axis of words.

    The largest of each row stands out. What is lost hangs below zero; NaN has no bar.
    """
    figure = go.Figure()
    below, above = colours.signed(dark)
    changed = np.where(-lost_M >= 0, above, below)
    rows = (
        (attention_M, attention_M, colours.weight(dark)),
        (size_M, size_M, colours.value(dark)),
        (-lost_M, lost_M, changed),
    )
    for number, ((bars, matters, colour), heading) in enumerate(zip(rows, headings, strict=True)):
        top = 1 - number / len(rows)
        suffix = str(number + 1) if number else ""
        strongest = bars == bars[np.nanargmax(matters)]
        figure.add_bar(
            x=list(range(len(words))),
            y=bars.astype(np.float32),
            yaxis=f"y{suffix}",
            marker={"color": colour, "opacity": np.where(strongest, 1.0, PALE)},
            text=[_written(bar) for bar in bars],
            textposition="outside",
            textangle=0 if len(words) <= UPRIGHT else -90,
            textfont={"size": 15},
            constraintext="none",
            cliponaxis=False,
            hovertemplate="<b>%{y:.5f}</b><extra></extra>",
        )
        figure.update_layout(
            {
                f"yaxis{suffix}": {
                    "domain": [top - (1 - HEADING) / len(rows), top - HEADING / len(rows)],
                    "range": _reach(bars, upright=len(words) <= UPRIGHT),
                    "anchor": "x",
                    "showticklabels": False,
                    "showgrid": False,
                    "zeroline": True,
                }
            }
        )
        figure.add_annotation(
            x=0,
            xref="paper",
            xanchor="left",
            y=top,
            yref="paper",
            yanchor="top",
            text=f"<b>{escape(heading)}</b>",
            showarrow=False,
            font={"size": 17},
        )
    name_columns(figure, words)
    figure.update_xaxes(anchor="y3", range=[-0.6, len(words) - 0.4])
    framed(figure, title, dark, PANEL * len(rows) + 60)
    return figure.update_layout(bargap=0.25)


def _written(number: float) -> str:
    """Few digits; blank where that would read zero, so that the eye finds the rest."""
    if np.isnan(number) or abs(number) < 0.005:
        return ""
    return f"{number:.2f}" if abs(number) < 10 else f"{number:.1f}"


def _reach(bars: np.ndarray, upright: bool) -> list[float]:
    """From the lowest bar to the highest, with room for their numbers."""
    low, high = min(0.0, float(np.nanmin(bars))), max(0.0, float(np.nanmax(bars)))
    room = (0.2 if upright else 0.55) * (high - low or 1.0)
    return [low - room * (low < 0), high + room * (high > 0 or low == 0)]
