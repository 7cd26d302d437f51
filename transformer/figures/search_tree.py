"""A beam search drawn from left to right, and the decoder's rows as they are added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import plotly.graph_objects as go

from transformer.analysis.tree import Node, path_to
from transformer.figures import colours
from transformer.figures.frame import framed

NAMED_UP_TO = 12  # steps: with more, only the pieces of the final text have room for their names
DASHES = {"kept": "solid", "finished": "solid", "dropped": "dot"}
SIZES = {"kept": 15, "finished": 15, "dropped": 10}  # pixels
STATES = ("dropped", "kept", "finished")  # the later ones are drawn over the others


def tree_figure(
    nodes: Sequence[Node],
    rows: Mapping[int, int],
    best: int,
    picked: int,
    *,
    names: Sequence[str],
    title: str,
    axis: str,
    dark: bool = False,
) -> go.Figure:
    """The nodes that have a row, a column for each step, ``best`` with its path in full colour.

    ``names`` are those of the states dropped, kept and finished, and of the path. A ring stands
    around the ``picked`` node.
    """
    figure = go.Figure()
    path = set(path_to(nodes, best))
    for state, name in zip(STATES, names, strict=False):
        places = [i for i in rows if nodes[i].state == state and i not in path]
        _add_links(figure, nodes, rows, places, _colour(state, dark), DASHES[state])
        _add_nodes(figure, nodes, rows, places, name, _colour(state, dark), SIZES[state])
    _add_links(figure, nodes, rows, sorted(path), colours.query(dark), "solid", 5)
    _add_nodes(figure, nodes, rows, sorted(path), names[-1], colours.query(dark))
    figure.add_scatter(
        x=[nodes[picked].step + 1],
        y=[rows[picked]],
        mode="markers",
        marker={"symbol": "circle-open", "size": 30, "line": {"width": 4}},
        marker_color=colours.ink(dark),
        hoverinfo="skip",
        showlegend=False,
    )
    steps, deepest = nodes[-1].step + 1, max(rows.values())
    _name_nodes(figure, nodes, rows, path if steps > NAMED_UP_TO else set(rows))
    figure.update_xaxes(
        title=escape(axis), range=[-0.3, steps + 0.7], showgrid=False, zeroline=False
    )
    figure.update_yaxes(
        range=[deepest + 0.6, -0.9], showgrid=False, zeroline=False, showticklabels=False
    )
    return framed(figure, title, dark, 130 + 62 * (deepest + 1), legend=True)


def _colour(state: str, dark: bool) -> str:
    return colours.learned(dark) if state == "dropped" else colours.ink(dark)


def _add_links(
    figure: go.Figure,
    nodes: Sequence[Node],
    rows: Mapping[int, int],
    places: Sequence[int],
    colour: str,
    dash: str,
    width: int = 2,
) -> None:
    """A line from each node's parent; the first pieces come from one point at the left."""
    x: list[float | None] = []
    y: list[float | None] = []
    for place in places:
        node = nodes[place]
        x += [node.step, node.step + 1, None]
        y += [rows.get(node.parent, 0), rows[place], None]
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colour, "width": width, "dash": dash},
        hoverinfo="skip",
        showlegend=False,
    )


def _add_nodes(
    figure: go.Figure,
    nodes: Sequence[Node],
    rows: Mapping[int, int],
    places: Sequence[int],
    name: str,
    colour: str,
    size: int = 15,
) -> None:
    """A square where the text ends, else a circle."""
    figure.add_scatter(
        x=[nodes[i].step + 1 for i in places],
        y=[rows[i] for i in places],
        mode="markers",
        name=escape(name),
        marker={
            "color": colour,
            "size": size,
            "symbol": ["square" if nodes[i].state == "finished" else "circle" for i in places],
        },
        customdata=[
            [escape(nodes[i].piece), nodes[i].log_probability, nodes[i].score] for i in places
        ],
        hovertemplate="<b>%{customdata[0]}</b><br>log P %{customdata[1]:.4f}"
        "<br>s %{customdata[2]:.4f}<extra></extra>",
    )


def _name_nodes(
    figure: go.Figure, nodes: Sequence[Node], rows: Mapping[int, int], places: set[int]
) -> None:
    """The pieces above their nodes; upright where there are many."""
    angle = 0 if nodes[-1].step < NAMED_UP_TO else -45
    for place in sorted(places):
        figure.add_annotation(
            x=nodes[place].step + 1,
            y=rows[place],
            text=escape(nodes[place].piece),
            textangle=angle,
            yshift=18 if angle == 0 else 30,
            showarrow=False,
            font={"size": 15},
        )
