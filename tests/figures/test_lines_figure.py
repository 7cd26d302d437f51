"""Lines between words: colours that can be told apart, and a figure of every line."""

import numpy as np
import pytest

from transformer.analysis.panel import Panel
from transformer.figures import colours
from transformer.figures.lines import lines_figure

# Machado, Oliveira and Fernandes (2009), table 1: no red, no green, no blue cones; linear RGB.
SEEN = {
    "all": np.eye(3),
    "protanope": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranope": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanope": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
# From linear RGB to Oklab (Ottosson 2020): distances as the eye has them, black to white is 1.
CONES = [[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]]
LAB = [[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]]


def linear(names):
    parts = np.array([[int(name[i : i + 2], 16) / 255 for i in (1, 3, 5)] for name in names])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("eyes", SEEN)
def test_any_two_heads_have_colours_apart(dark, eyes):
    seen = np.clip(linear(colours.heads(dark)) @ np.array(SEEN[eyes]).T, 0, 1)
    lab = np.cbrt(seen @ np.array(CONES).T) @ np.array(LAB).T
    apart = np.linalg.norm(lab[:, None] - lab, axis=-1)
    assert len(lab) == 8 and apart[~np.eye(8, dtype=bool)].min() > 0.1


@pytest.mark.parametrize("dark", [False, True])
def test_every_head_is_seen_on_the_page(dark):
    light = linear([colours.paper(dark), *colours.heads(dark)]) @ [0.2126, 0.7152, 0.0722] + 0.05
    contrast = np.maximum(light[1:], light[0]) / np.minimum(light[1:], light[0])
    assert (contrast >= 3).all()  # Web Content Accessibility Guidelines 2.1, 1.4.11


@pytest.fixture
def part():
    weights = np.zeros((1, 2, 2, 3), dtype=np.float32)
    weights[0, 0, 0, 2], weights[0, 1, 1, 0], weights[0, 1, 1, 1] = 0.75, 1.0, 0.01
    names = ("<b>", "chat"), ("a", "b", "c")
    pieces = tuple(tuple((i,) for i in range(len(side))) for side in names)
    return Panel("cross", *names, *pieces, (2,), weights, np.ones((1, 2), bool), (0,), (0,))


def draw(*panels, **more):
    titles = {"names": ["<i>"], "row_titles": ["r"], "column_titles": ["c"]}
    place = "layer {layer}, head {head}"
    named = {name: title * len(panels) for name, title in titles.items()}
    return lines_figure(panels, head_name="{number}", place_name=place, **named, **more)


def test_every_line_is_drawn_once_in_the_colour_of_its_head(part):
    lines = [trace for trace in draw(part).data if trace.hovertext]
    assert [trace.hovertext[1] for trace in lines] == [
        "layer 3, head 1: &lt;b&gt; → c <b>0.7500</b>",
        "layer 3, head 2: chat → a <b>1.0000</b>",
    ]
    assert [trace.line.color for trace in lines] == colours.heads(False)[:2]
    assert [trace.opacity for trace in lines] == [0.75, 1.0]
    for trace, (row, column) in zip(lines, [(0, 2), (1, 0)], strict=True):
        assert np.abs(np.array(trace.y[[0, 2]]) - [row, column]).max() < 0.5


def test_words_are_never_markup_and_pinned_ones_are_bold(part):
    figure = draw(part)
    words = [trace.text for trace in figure.data if trace.mode == "text"]
    assert words == [("<b>&lt;b&gt;</b>", "chat"), ("<b>a</b>", "b", "c")]
    assert figure.layout.annotations[0].text == "<b>&lt;i&gt;</b>"


def test_panels_stand_beside_each_other(part):
    figure = draw(part, part, dark=True)
    words = [trace for trace in figure.data if trace.mode == "text"]
    places = [trace.x[0] for trace in words]
    assert places == sorted(places) and len(set(places)) == 4
    low, high = figure.layout.xaxis.range
    assert low < places[0] and places[-1] < high
