"""Attention: what the page draws is what the model computed, whatever is chosen."""

import base64
import dataclasses
import re

import numpy as np
import pytest

from pages.shared.translation import Timed
from transformer import KINDS, Translator

TEXT = "Zoltan habite à Győr avec le chat et le chien."
SPECIAL = ("&lt;s&gt;", "&lt;/s&gt;")  # as Plotly wants them


@pytest.fixture(scope="module")
def translation(shipped):
    return shipped.translate(TEXT)


@pytest.fixture
def page(visit):
    return visit("attention", {"text": TEXT, "unit": "pieces"})


def pieces_by_word(words, count):
    """Which pieces belong to which word, (words, pieces), as zeros and ones."""
    owner = np.zeros((len(words), count), dtype=np.float32)
    for i, word in enumerate(words):
        owner[i, list(word.pieces)] = 1
    return owner


@pytest.mark.parametrize("kind", KINDS)
def test_every_head_shows_exactly_the_weights_of_the_trace(page, translation, kind):
    page.pick("kind", kind)
    for layer, head in ((1, 1), (2, 5), (4, 8)):
        page.pick("layer", layer)
        page.pick("head", head)
        weights = translation.trace.sublayer(kind, layer - 1).heads.weights_HLM[head - 1]
        assert page.chart.z.dtype == np.float32
        np.testing.assert_array_equal(page.chart.z, weights)
        np.testing.assert_allclose(page.chart.z.sum(1), 1, atol=1e-5)
        assert f"layer {layer}, head {head}" in page.chart.alt


@pytest.mark.parametrize("kind", KINDS)
def test_mean_over_heads(page, translation, kind):
    page.pick("kind", kind)
    page.pick("mean", True)
    weights = translation.trace.sublayer(kind, 2).heads.weights_HLM
    np.testing.assert_array_equal(page.chart.z, weights.mean(0))
    assert f"mean of {len(weights)} heads" in page.chart.alt


def test_rows_are_english_and_columns_french_in_cross_attention(page, translation):
    assert len(page.chart.rows) == len(translation.target.pieces)
    assert len(page.chart.columns) == len(translation.source.pieces)
    assert page.chart.rows[-1] == page.chart.columns[-1] == "&lt;/s&gt;"
    assert "English" in page.chart.row_title and "French" in page.chart.column_title


@pytest.mark.parametrize(
    "kind, row, column",
    [("encoder", "French", "French"), ("decoder", "English", "English")],
)
def test_axes_of_self_attention_say_their_language(page, translation, kind, row, column):
    page.pick("kind", kind)
    assert row in page.chart.row_title and column in page.chart.column_title
    first = "&lt;s&gt;" if kind == "decoder" else page.chart.rows[0]
    assert page.chart.columns[0] == first


def test_the_decoder_never_looks_ahead(page):
    page.pick("kind", "decoder")
    assert (page.chart.z[np.triu_indices(len(page.chart.z), 1)] == 0).all()


def test_words_sum_over_columns_and_average_over_rows(page, translation):
    weights = translation.trace.sublayer("cross", 2).heads.weights_HLM[0]
    by_piece = page.app.caption[-1].value
    page.pick("unit", "words")
    rows = pieces_by_word(translation.target.words, weights.shape[0])
    columns = pieces_by_word(translation.source.words, weights.shape[1])
    expected = rows / rows.sum(1, keepdims=True) @ weights @ columns.T
    np.testing.assert_allclose(page.chart.z, expected, atol=1e-6)
    np.testing.assert_allclose(page.chart.z.sum(1), 1, atol=1e-5)
    assert page.app.caption[-1].value != by_piece  # the rule is stated


@pytest.mark.parametrize("unit", ["words", "pieces"])
@pytest.mark.parametrize("kind", KINDS)
def test_rows_sum_to_one_and_names_are_unique(page, kind, unit):
    page.pick("kind", kind)
    page.pick("unit", unit)
    chart = page.chart
    np.testing.assert_allclose(chart.z.sum(1), 1, atol=1e-5)
    assert chart.z.shape == (len(chart.rows), len(chart.columns))
    assert len(set(chart.rows)) == len(chart.rows)
    assert len(set(chart.columns)) == len(chart.columns)


def test_words_that_occur_twice_are_numbered(page):
    page.pick("unit", "words")
    assert {"le (1)", "le (2)", "chat"} <= set(page.chart.columns)


@pytest.mark.parametrize("kind", KINDS)
def test_hiding_special_tokens_removes_them_and_says_their_share(page, kind):
    page.pick("kind", kind)
    shown = page.chart
    page.pick("hide", True)
    hidden = page.chart
    rows = [i for i, name in enumerate(shown.rows) if name not in SPECIAL]
    columns = [i for i, name in enumerate(shown.columns) if name not in SPECIAL]
    assert len(columns) < len(shown.columns)
    np.testing.assert_array_equal(hidden.z, shown.z[np.ix_(rows, columns)])
    share = round(100 * float(1 - hidden.z.sum(1).mean()))
    assert str(share) in re.findall(r"\d+", page.app.caption[-1].value)


def test_colours_run_from_zero_to_one_or_to_the_largest_weight(page):
    page.pick("kind", "encoder")
    assert page.chart.zmax == 1
    page.pick("stretch", True)
    assert page.chart.zmax == pytest.approx(page.chart.z.max())
    assert page.chart.zmax < 1


def test_theme_changes_colours_only(visit):
    light, dark = (visit("attention", theme=theme) for theme in ("light", "dark"))
    np.testing.assert_array_equal(light.chart.z, dark.chart.z)
    specs = [visitor.app.get("plotly_chart")[0].proto.spec for visitor in (light, dark)]
    assert specs[0] != specs[1]


@pytest.mark.parametrize("kind", KINDS)
def test_the_overview_holds_every_head(page, translation, kind):
    page.pick("kind", kind)
    page.pick("layer", 2)
    page.pick("head", 7)
    grid = page.component("head_grid")
    assert grid["selected"] == [1, 6]
    shape = [grid[axis] for axis in ("layers", "heads", "queries", "keys")]
    shown = np.frombuffer(base64.b64decode(grid["weights"]), np.uint8).reshape(shape) / 255
    np.testing.assert_allclose(shown, translation.trace.weights(kind), atol=0.002)


def test_the_sentence_names_the_strongest_link_between_words(page):
    page.pick("unit", "words")
    chart = page.chart
    (said,) = page.app.text.values
    assert said == chart.alt
    rows, columns = (
        [i for i, name in enumerate(names) if name[0].isalnum()]
        for names in (chart.rows, chart.columns)
    )
    weights = chart.z[np.ix_(rows, columns)]
    row, column = np.unravel_index(weights.argmax(), weights.shape)
    for part in (chart.rows[rows[row]], chart.columns[columns[column]], f"({weights.max():.2f})"):
        assert part in said


def test_choosing_does_not_translate_again(visit, monkeypatch):
    calls = []
    translate = Translator.translate

    def counted(self, text, *arguments, **named):
        calls.append(text)
        return translate(self, text, *arguments, **named)

    visitor = visit("attention")
    monkeypatch.setattr(Translator, "translate", counted)
    text = "Cette phrase n'a jamais été lue."
    visitor.type(text)
    for key, value in {"kind": "encoder", "layer": 1, "head": 4, "unit": "pieces"}.items():
        visitor.pick(key, value)
    for switch in ("mean", "hide", "stretch"):
        visitor.pick(switch, True)
    visitor.pick("lang", "ko")
    visitor.open("")
    assert calls == [text]


def test_nothing_but_special_tokens_is_explained(visit, monkeypatch, shipped):
    # Teacher forcing with a lone end mark: hiding it leaves no row.
    written = shipped.tokenizer.tokens([3])
    source = shipped.tokenizer.encode("Oui.")
    empty = dataclasses.replace(
        shipped.translate("Oui."),
        target=written,
        record=shipped.model.trace(source.ids, written.ids),
    )
    monkeypatch.setattr("pages.shared.translation.current", lambda: Timed(empty, 0.1))
    visitor = visit("attention", {"hide": "1"})
    assert len(visitor.sentences) == len(visitor.app.info) == 1
    visitor.pick("hide", False)
    assert visitor.sentences == []
