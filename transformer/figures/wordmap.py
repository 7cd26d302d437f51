"""Words as points in a plane, the nearest to one of them, and how near translations are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from transformer.figures import colours
from transformer.figures.frame import framed, name_rows

# What a letter takes of the map's width and of its height; where names may stand beside a point.
LETTER, LINE = 0.011, 0.042
SIDES = {
    "top center": (0, 1),
    "bottom center": (0, -1),
    "middle right": (1, 0),
    "middle left": (-1, 0),
}


def map_figure(
    names: Sequence[str],
    places: np.ndarray,
    *,
    french: Sequence[str],
    english: Sequence[str],
    chosen: str,
    near: Sequence[str],
    legend: Sequence[str],
    axes: tuple[str, str],
    title: str,
    dark: bool = False,
) -> go.Figure:
    """A point for every name, ``places`` (words, 2); marked are the words of each list.

    ``legend`` names all words, the ``french`` and the ``english`` ones, those ``near`` the
    ``chosen`` one, and that one. A word is marked once; names are written where there is room.
    """
    ink = colours.ink(dark)
    where = {name: i for i, name in enumerate(names)}
    free, sorts = set(where), []
    for words, symbol, colour, size, called in (
        ([chosen], "star", ink, 22, legend[4]),
        (french, "circle", colours.key(dark), 14, legend[1]),
        (english, "diamond", colours.query(dark), 14, legend[2]),
        (near, "circle-open", ink, 14, legend[3]),
        (names, "circle", colours.learned(dark), 6, legend[0]),
    ):
        points = [where[name] for name in dict.fromkeys(words) if name in free]
        free -= {names[i] for i in points}
        sorts.append((points, symbol, colour, size, called))
    marked = [i for points, *_ in sorts[:-1] for i in points]
    sides = _sides(names, places, marked, sorts[-1][0])
    figure = go.Figure()
    for points, symbol, colour, size, called in reversed(sorts):
        if points:
            figure.add_trace(_points(names, places, points, sides, called))
            figure.data[-1].update(
                textfont={"size": 14 if size < 14 else 17, "color": colour},
                marker={
                    "symbol": symbol,
                    "color": colour,
                    "size": size,
                    "opacity": 0.5 if size < 14 else 1,
                    "line": {"width": 2 if "open" in symbol else 0, "color": colour},
                },
            )
    for update, axis in zip((figure.update_xaxes, figure.update_yaxes), axes, strict=True):
        update(title=escape(axis), zeroline=False)
    return framed(figure, title, dark, height=640, legend=True)


def _points(
    names: Sequence[str],
    places: np.ndarray,
    points: Sequence[int],
    sides: Mapping[int, str],
    called: str,
) -> go.Scatter:
    shown = [escape(names[i]) for i in points]
    return go.Scatter(
        x=places[list(points), 0].astype(np.float32),
        y=places[list(points), 1].astype(np.float32),
        text=[name if i in sides else "" for i, name in zip(points, shown, strict=True)],
        textposition=[sides.get(i, "top center") for i in points],
        customdata=shown,
        mode="markers+text",
        name=escape(called),
        hovertemplate="<b>%{customdata}</b><extra></extra>",
        cliponaxis=False,
    )


def _sides(
    names: Sequence[str], places: np.ndarray, marked: Sequence[int], others: Sequence[int]
) -> dict[int, str]:
    """On which side of its point each name is written; one that would cover others is left out.

    The ``marked`` points come first, in their order; the ``others`` are named above or not at all,
    with twice the room.
    """
    scaled = (places - places.min(0)) / np.maximum(np.ptp(places, axis=0), 1e-9)
    taken = np.empty((0, 3))  # centres of the names written, and half their widths
    found = {}
    for i, room in (*((i, 1) for i in marked), *((i, 2) for i in others)):
        half = LETTER * len(names[i]) / 2
        for side, (right, up) in list(SIDES.items())[: len(SIDES) if room == 1 else 1]:
            x, y = scaled[i] + (right * (half + LETTER), up * LINE)
            across, along = np.abs(taken[:, :2] - (x, y)).T
            if ((across > room * (taken[:, 2] + half)) | (along > room * LINE)).all():
                taken = np.vstack([taken, (x, y, half)])
                found[i] = side
                break
    return found


def nearest_figure(
    names: Sequence[str],
    cosines: np.ndarray,
    typical: float,
    *,
    mark: str,
    title: str,
    axis: str,
    dark: bool = False,
) -> go.Figure:
    """The cosine of each word as a bar; a dashed line, named ``mark``, at the ``typical`` one."""
    figure = go.Figure(
        go.Bar(
            x=cosines.astype(np.float32),
            y=list(range(len(names))),
            orientation="h",
            marker_color=colours.signed(dark)[1],
            text=[f"{value:.2f}" for value in cosines],
            textposition="outside",
            textfont={"size": 17},
            cliponaxis=False,
            hovertemplate="<b>%{x:.5f}</b><extra></extra>",
        )
    )
    figure.add_vline(x=typical, line={"color": colours.ink(dark), "width": 3, "dash": "dash"})
    figure.add_annotation(
        x=typical,
        y=1,
        yref="paper",
        yanchor="bottom",
        text=escape(mark),
        showarrow=False,
        font={"size": 16},
    )
    figure.update_xaxes(title=escape(axis), range=[min(0.0, float(cosines.min())), 1.05])
    height = name_rows(figure, names)
    figure.update_yaxes(tickfont_size=18)
    return framed(figure, title, dark, height + 80, above=75)


def ranks_figure(
    french: Sequence[str],
    english: Sequence[str],
    ranks: np.ndarray,
    among: int,
    *,
    mark: str,
    title: str,
    axis: str,
    dark: bool = False,
) -> go.Figure:
    """The rank of each translation on a logarithmic axis; chance, half of ``among``, is marked."""
    order = np.argsort(ranks, kind="stable")
    figure = go.Figure(
        go.Scatter(
            x=ranks[order],
            y=list(range(len(ranks))),
            mode="markers+text",
            text=[f"{rank}" for rank in ranks[order]],
            textposition="middle right",
            textfont={"size": 16},
            marker={"size": 13, "color": colours.signed(dark)[1]},
            cliponaxis=False,
            hovertemplate="<b>%{x}</b><extra></extra>",
        )
    )
    figure.add_vline(x=among / 2, line={"color": colours.ink(dark), "width": 3, "dash": "dash"})
    figure.add_annotation(
        x=np.log10(among / 2),
        y=1,
        yref="paper",
        yanchor="bottom",
        text=escape(mark),
        showarrow=False,
        font={"size": 16},
    )
    figure.update_xaxes(
        type="log", title=escape(axis), dtick=1, range=[-0.05, np.log10(among) + 0.1]
    )
    height = name_rows(figure, [f"{french[i]} – {english[i]}" for i in order])
    return framed(figure, title, dark, height + 80, above=75)
