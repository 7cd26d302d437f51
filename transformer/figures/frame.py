"""What all figures have in common: title, ink, margins, legend, and the names along their axes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from transformer.figures import colours

TICKS = 16  # points: what axes are labelled with, unless a figure says otherwise
ANGLES = (0, -45, -90)  # of the names of columns, the first for which there is room
MANY_ROWS = 14  # with more, rows are drawn closer together


def framed(
    figure: go.Figure,
    title: str,
    dark: bool,
    height: int,
    *,
    above: int = 50,
    legend: bool = False,
) -> go.Figure:
    """Finish a figure: title (escaped), text colours, margins, and the legend below everything.

    Pixels: ``above`` are those over the plot, ``height`` all others.
    """
    ink = colours.ink(dark)
    for update in (figure.update_xaxes, figure.update_yaxes):
        # automargin: labels need their room also where Streamlit's theme does not make it.
        update(tickfont_color=ink, title_font={"size": 16, "color": ink}, automargin=True)
    for axis in (*figure.select_xaxes(), *figure.select_yaxes()):
        axis.tickfont.size = axis.tickfont.size or TICKS
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
        font={"size": 16, "color": ink},
        height=height + above,
        margin={"l": 10, "r": 10, "t": above, "b": 10},
        hoverlabel={"font": {"size": 17}},
        showlegend=legend,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "font": {"size": 16},
        },
        modebar={"remove": ["zoom", "pan", "zoomIn", "zoomOut", "autoScale"]},
    )
    return figure


def named(labels: Sequence[str], chosen: int | None = None) -> dict[str, Any]:
    """An axis with a tick for every label (escaped), the chosen one in bold."""
    names = [escape(label) for label in labels]
    if chosen is not None:
        names[chosen] = f"<b>{names[chosen]}</b>"
    return {"tickvals": list(range(len(names))), "ticktext": names, "showgrid": False}


def name_columns(figure: go.Figure, labels: Sequence[str]) -> None:
    """A column for every label."""
    figure.update_xaxes(**named(labels), autotickangles=ANGLES)


def name_rows(figure: go.Figure, labels: Sequence[str], chosen: int | None = None) -> int:
    """A row for every label, the first on top; returns the height of all in pixels."""
    figure.update_yaxes(**named(labels, chosen), autorange="reversed")
    return (30 if len(labels) <= MANY_ROWS else 24) * len(labels)
