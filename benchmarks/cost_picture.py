"""The picture of how costs grow, drawn from what was measured: six panels, one PNG."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from benchmarks.browser import browser
from benchmarks.cost_growth import (
    ATTENTION,
    BEAM_PIECES,
    TEXT,
    TRANSLATE,
    Row,
    by_beam,
    by_length,
    expected,
    multiplications,
    parabola,
    timed,
)
from transformer.config import ModelConfig
from transformer.figures import colours
from transformer.timings import Curve

WIDTH, HEIGHT, SCALE, TYPE = 1100, 1420, 2, 19  # pixels, how finely they are drawn, points
PIECES = "French pieces"
PANELS = {  # what it shows: what its axes are
    "Time against length": (PIECES, "seconds"),
    "The same for each English piece": (PIECES, "milliseconds"),
    "What n² has of a trace": (PIECES, "percent"),
    "Memory of one pass": (PIECES, "MiB"),
    f"Time against beam, {BEAM_PIECES} pieces": ("beam", "seconds"),
    "From a page's address to its picture": (PIECES, "seconds"),
}
VIOLET = {"color": colours.weight(False), "symbol": "square", "dash": "solid"}
INK = {"color": colours.ink(False), "symbol": "circle", "dash": "solid"}
GREY = {"color": colours.learned(False), "symbol": "diamond", "dash": "dash"}
STYLES = {"trace": VIOLET, "beam 4": INK, "greedy": GREY}
STYLES |= {ATTENTION: VIOLET, TRANSLATE: INK, TEXT: GREY}
RANGE, BEAM_RANGE = (3.5, 560), (0.87, 46)
DOUBLINGS = [2**power for power in range(10)]
DIGITS = [digit * 10.0**power for power in range(-4, 4) for digit in (1, 2, 5)]
Place = tuple[int, int]


def draw(rows: Sequence[Row], config: ModelConfig) -> go.Figure:
    """All panels. Dotted lines grow as n or n² and mean nothing else."""
    figure = make_subplots(
        3, 2, subplot_titles=list(PANELS), vertical_spacing=0.1, horizontal_spacing=0.12
    )
    _time(figure, rows)
    _shares(figure, rows, config)
    _memory(figure, rows)
    _beams(figure, rows)
    _pages(figure, rows)
    for number, titles in enumerate(PANELS.values()):
        place = {"row": number // 2 + 1, "col": number % 2 + 1}
        figure.update_xaxes(title=titles[0], type="log", tickvals=DOUBLINGS, **place)
        figure.update_yaxes(title=titles[1], **place)
        figure.update_xaxes(range=np.log10(BEAM_RANGE if titles[0] == "beam" else RANGE), **place)
    figure.update_annotations(font_size=TYPE + 3)
    return figure.update_layout(
        template="plotly_white",
        font={"size": TYPE, "color": colours.ink(False), "family": "sans-serif"},
        width=WIDTH,
        height=HEIGHT,
        margin={"l": 20, "r": 20, "t": 60, "b": 20},
        paper_bgcolor=colours.paper(False),
        showlegend=False,
    )


def _time(figure: go.Figure, rows: Sequence[Row]) -> None:
    """Seconds on logarithmic axes with slopes for the eye; milliseconds a piece from zero."""
    curves = timed(rows)
    for name, named, each_named in (
        ("trace", (16, "bottom right"), (48, "bottom center")),
        ("beam 4", (16, "top left"), (128, "top left")),
        ("greedy", (64, "bottom right"), (48, "bottom center")),
    ):
        curve = curves[name]
        _line(figure, (1, 1), name, curve, STYLES[name], named)
        pieces = 1000 / np.array(curve.lengths)
        each = Curve(curve.lengths, *(v * pieces for v in (curve.seconds, curve.low, curve.high)))
        _line(figure, (1, 2), name, each, STYLES[name], each_named)
    begin = 0.2 * curves["trace"].at([64])[0]
    for power, name in ((1, "∝ n"), (2, "∝ n²")):
        _slope(figure, (1, 1), (64, 256), begin, power, name)
    figure.update_yaxes(type="log", tickvals=DIGITS, row=1, col=1)
    figure.update_yaxes(rangemode="tozero", row=1, col=2)


def _shares(figure: go.Figure, rows: Sequence[Row], config: ModelConfig) -> None:
    """c n² as a share of the fitted a + bn + cn², for time and record; of multiplications too."""
    trace, record = by_length(rows, "trace"), by_length(rows, "record", "bytes")
    lengths = np.array(trace.lengths)
    counted = np.array([multiplications(config, n) for n in trace.lengths])
    recorded = parabola(record)[2] * lengths**2 / expected(record)
    fitted = parabola(trace)[2] * lengths**2 / expected(trace)
    for name, shares, style, at in (
        ("bytes", recorded, INK, (128, "bottom right")),
        ("time", fitted, VIOLET, (192, "top left")),
        ("multiplications", counted[:, 1] / counted.sum(1), GREY, (64, "bottom right")),
    ):
        _line(figure, (2, 1), name, Curve(trace.lengths, *3 * [100 * shares]), style, at)
    figure.update_yaxes(range=[-6, 80], row=2, col=1)


def _memory(figure: go.Figure, rows: Sequence[Row]) -> None:
    record = by_length(rows, "record", "bytes")
    mib = Curve(record.lengths, *3 * [record.seconds / 2**20])
    held = by_length(rows, "trace", "MiB"), by_length(rows, "translation", "MiB", 4)
    _line(figure, (2, 2), "trace, peak", held[0], VIOLET, (64, "top left"))
    _line(figure, (2, 2), "its record", mib, GREY, (256, "middle right"))
    _line(figure, (2, 2), "beam 4, peak", held[1], INK, (48, "bottom right"))
    figure.update_yaxes(type="log", tickvals=DIGITS, row=2, col=2)


def _beams(figure: go.Figure, rows: Sequence[Row]) -> None:
    curve = by_beam(rows)
    _line(figure, (3, 1), "", curve, INK, (1, "top left"))
    _slope(figure, (3, 1), (2, 16), 0.2 * curve.at([4])[0], 1, "∝ beam")
    figure.update_yaxes(type="log", tickvals=DIGITS, row=3, col=1)


def _pages(figure: go.Figure, rows: Sequence[Row]) -> None:
    curves = timed(rows)
    for name, at in (
        (ATTENTION, (24, "bottom center")),
        (TRANSLATE, (8, "top center")),
        (TEXT, (256, "top left")),
    ):
        _line(figure, (3, 2), name, curves[name], STYLES[name], at)
    figure.update_yaxes(rangemode="tozero", row=3, col=2)


def _line(
    figure: go.Figure,
    place: Place,
    name: str,
    curve: Curve,
    style: dict[str, str],
    named: tuple[int, str],
) -> None:
    """Medians with their quartiles; ``named``: at which length, and on which side of it."""
    colour, (at, side) = style["color"], named
    figure.add_scatter(
        x=curve.lengths,
        y=curve.seconds,
        error_y={
            "array": curve.high - curve.seconds,
            "arrayminus": curve.seconds - curve.low,
            "thickness": 2,
            "width": 4,
        },
        mode="lines+markers+text",
        text=[f"<b>{name}</b>" if length == at else "" for length in curve.lengths],
        textposition=side,
        textfont={"color": colour, "size": TYPE},
        line={"color": colour, "width": 3, "dash": style["dash"]},
        marker={"color": colour, "size": 9, "symbol": style["symbol"]},
        row=place[0],
        col=place[1],
    )


def _slope(
    figure: go.Figure, place: Place, ends: tuple[int, int], begin: float, power: int, name: str
) -> None:
    grey = colours.learned(False)
    figure.add_scatter(
        x=ends,
        y=[begin, begin * (ends[1] / ends[0]) ** power],
        mode="lines+text",
        text=["", name],
        textposition="middle right",
        textfont={"color": grey, "size": TYPE},
        line={"color": grey, "width": 2, "dash": "dot"},
        row=place[0],
        col=place[1],
    )


def save(figure: go.Figure, path: Path) -> None:
    """As Debian's chromium draws it."""
    with browser() as chromium:
        page = chromium.new_page(
            viewport={"width": WIDTH + 40, "height": HEIGHT + 40}, device_scale_factor=SCALE
        )
        page.set_content(figure.to_html(include_plotlyjs=True, config={"staticPlot": True}))
        page.locator(".plotly-graph-div .main-svg").first.wait_for()
        page.locator(".plotly-graph-div").screenshot(path=path)
