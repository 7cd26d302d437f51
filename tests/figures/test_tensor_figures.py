"""The picture of all tensors: areas add up, and the chosen one alone is framed."""

import numpy as np
import pytest

from transformer.analysis.parameters import Histogram, parameters, total
from transformer.figures.parameters import histogram_figure, tally_figure, tree_figure

TITLES = dict.fromkeys(
    ("model", "embedding", "encoder", "decoder", "norm", "feed_forward"), "<b>x</b>"
) | {"self_attention": "self", "cross_attention": "cross"}


@pytest.fixture
def tree(make_model):
    def draw(chosen):
        found = parameters(make_model())
        figure = tree_figure(found, chosen, titles=TITLES, layer="layer {number}", title="")
        return found, figure.data[0]

    return draw


def test_areas_add_up(tree) -> None:
    found, drawn = tree("embedding.weight")
    sizes = dict(zip(drawn.ids, drawn.values, strict=True))
    for id in drawn.ids:
        below = [n for n, parent in zip(drawn.ids, drawn.parents, strict=True) if parent == id]
        assert not below or sizes[id] == sum(sizes[name] for name in below)
    assert sizes["model"] == total(found)
    assert {p.name for p in found} <= set(drawn.ids)
    assert len(set(drawn.ids)) == len(drawn.ids)


def test_only_the_chosen_tensor_is_framed(tree) -> None:
    chosen = "encoder.1.feed_forward.norm.bias"
    _, drawn = tree(chosen)
    widths = np.array(drawn.marker.line.width)
    assert [drawn.ids[i] for i in np.flatnonzero(widths == widths.max())] == [chosen]


def test_names_are_never_markup(tree) -> None:
    _, drawn = tree("embedding.weight")
    assert not any("<" in text for text in (*drawn.labels, *drawn.customdata))


def test_a_tensor_that_began_with_one_number_has_a_line_there() -> None:
    edges, now = np.linspace(-1, 1, 5), np.array([0.1, 0.4, 0.4, 0.1])
    began = Histogram(edges, now, np.array([0.0, 0, 1, 0]), 0.25, 0.0)
    spread = Histogram(edges, now, np.array([0.2, 0.3, 0.3, 0.2]), 0.0, 0.5)
    unknown = Histogram(edges, now, np.array([]), 0.0, 0.0)
    line = histogram_figure(began, names=("now", "then"), title="").data[1]
    assert set(line.x) == {0.25}
    outline = histogram_figure(spread, names=("now", "then"), title="").data[1]
    assert list(outline.y) == [*spread.before, 0.0]
    assert len(histogram_figure(unknown, names=("now",), title="").data) == 1


def test_bars_of_queries_keys_and_values_have_their_colours() -> None:
    sorts = ("learned", "fixed", "query", "key", "value", "weights", "logits")
    figure = tally_figure(
        [1] * 7, list(sorts), ["learned"] * 7, sorts=sorts, title="", axis="", dark=False
    )
    assert len(set(figure.data[0].marker.color)) == len(sorts)
