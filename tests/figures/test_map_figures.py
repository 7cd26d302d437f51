"""The map of words: every word is one point, marked once; names neither cover nor mark up."""

import numpy as np

from transformer.figures.wordmap import LINE, map_figure, ranks_figure

NUMBERS = np.random.default_rng(7)
NAMES = [f"word{i}" for i in range(120)] + ["<b>chat</b>"]
PLACES = NUMBERS.normal(size=(len(NAMES), 2))


def drawn(**lists):
    marks = dict(french=["word1", "word2"], english=["word2", "no such"], near=["word1", "word3"])
    options = marks | dict(chosen="<b>chat</b>") | lists
    return map_figure(
        NAMES, PLACES, legend=tuple("abcde"), axes=("across", "up"), title="", **options
    ).data


def test_every_word_is_one_point_marked_once() -> None:
    shown = [name for trace in drawn() for name in trace.customdata]
    assert len(shown) == len(set(shown)) == len(NAMES)
    by_name = {trace.name: list(trace.customdata) for trace in drawn()}
    assert by_name["b"] == ["word1", "word2"] and by_name["d"] == ["word3"]
    assert "c" not in by_name, "the English words are marked already, or not on the map"


def test_points_lie_where_the_words_do() -> None:
    for trace in drawn():
        for name, x, y in zip(trace.customdata, trace.x, trace.y, strict=True):
            place = PLACES[
                [name.replace("&lt;b&gt;chat&lt;/b&gt;", NAMES[-1])][0] == np.array(NAMES)
            ]
            np.testing.assert_allclose(place[0], (x, y), rtol=1e-6)


def test_names_keep_apart_and_are_never_markup() -> None:
    height = np.ptp(PLACES[:, 1])
    named = [
        (x, y / height)
        for trace in drawn()
        for text, x, y in zip(trace.text, trace.x, trace.y, strict=True)
        if text and text.startswith("word")
    ]
    assert 5 < len(named) < len(NAMES)
    columns = np.array(named)
    close = np.abs(columns[:, None] - columns).max(-1) < (0.5 * LINE)
    assert close.sum() == len(named), "two names on one spot"
    assert not any("<b>" in text for trace in drawn() for text in trace.text)


def test_ranks_are_drawn_in_their_order() -> None:
    figure = ranks_figure(
        ("un", "deux"), ("one", "two"), np.array([40, 3]), 100, mark="", title="", axis=""
    )
    assert list(figure.data[0].x) == [3, 40]
    assert list(figure.layout.yaxis.ticktext) == ["deux – two", "un – one"]
