"""What figures of vectors have in common: ink, title, margins, and the scale around zero."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from transformer.figures.colours import INK_DARK, INK_LIGHT, SIGNED

PAPER_LIGHT, PAPER_DARK = "#ffffff", "#121118"
SIGNED_DARK = ("#e8622c", "#1f9e93")  # the same two, brighter, where the page is dark
TICKS = {"size": 15}
HOVER = {"font": {"size": 17}}
MANY_ROWS = 14  # with more, rows are drawn closer together


def ink(dark: bool) -> str:
    """The colour of text."""
    return INK_DARK if dark else INK_LIGHT


def signed(dark: bool) -> tuple[str, str]:
    """The colours below and above zero."""
    return SIGNED_DARK if dark else SIGNED


def signed_scale(dark: bool) -> list[tuple[float, str]]:
    """Plotly's colour scale from below zero over the page's own colour to above zero."""
    below, above = signed(dark)
    return [(0, below), (0.5, PAPER_DARK if dark else PAPER_LIGHT), (1, above)]


def framed(figure: go.Figure, title: str, dark: bool, height: int, above: int = 50) -> go.Figure:
    """Title (escaped), text colours and margins; ``above`` are the pixels over the plot."""
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(tickfont_color=ink(dark), title_font={"size": 16, "color": ink(dark)})
    figure.update_layout(
        title={
            "text": escape(title),
            "font": {"size": 17},
            "x": 0,
            "xref": "container",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 12},
        },
        font={"size": 16, "color": ink(dark)},
        height=height + above,
        margin={"l": 10, "r": 10, "t": above, "b": 10},
        hoverlabel=HOVER,
        showlegend=False,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": 16},
        },
        modebar={"remove": ["zoom", "pan", "zoomIn", "zoomOut", "autoScale"]},
    )
    return figure


def name_rows(figure: go.Figure, labels: Sequence[str], chosen: int) -> int:
    """One row a label (escaped), the chosen one in bold; returns the height of all in pixels."""
    names = [escape(label) for label in labels]
    names[chosen] = f"<b>{names[chosen]}</b>"
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=names,
        tickfont={"size": 16},
        autorange="reversed",
        showgrid=False,
    )
    return (30 if len(names) <= MANY_ROWS else 24) * len(names)
