"""What all figures share: text is text, and every label has its place."""

import plotly.graph_objects as go
import pytest

from transformer.figures import colours
from transformer.figures.frame import framed, name_columns, name_rows

MARKUP = "<b>&</b>"


def test_labels_and_titles_are_never_markup() -> None:
    figure = framed(go.Figure(), MARKUP, dark=False, height=100)
    name_columns(figure, [MARKUP])
    name_rows(figure, [MARKUP, MARKUP], chosen=1)
    escaped = "&lt;b&gt;&amp;&lt;/b&gt;"
    assert figure.layout.title.text == escaped
    assert figure.layout.xaxis.ticktext == (escaped,)
    assert figure.layout.yaxis.ticktext == (escaped, f"<b>{escaped}</b>")


def test_a_size_that_a_figure_chose_is_kept() -> None:
    figure = go.Figure().update_xaxes(tickfont={"size": 30}).update_yaxes(title="y")
    layout = framed(figure, "", dark=True, height=100, above=20).layout
    assert layout.xaxis.tickfont.size == 30 and layout.yaxis.tickfont.size == 16
    assert layout.xaxis.tickfont.color == colours.ink(True)
    assert layout.height == 120


def contrast(one: str, other: str) -> float:
    """As the Web Content Accessibility Guidelines 2.1 define it (1.4.3)."""

    def light(colour: str) -> float:
        parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["ink", "query", "key", "value", "weight", "learned"])
def test_colours_of_text_can_be_read(name, dark) -> None:
    assert contrast(getattr(colours, name)(dark), colours.paper(dark)) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_learned_numbers_are_grey_and_others_are_not(dark) -> None:
    for _place, colour in colours.learned_scale(dark):
        parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert max(parts) - min(parts) < 16
    for colour in colours.signed(dark):
        parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert max(parts) - min(parts) > 90
