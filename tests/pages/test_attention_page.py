"""Attention: what the page draws is what the model computed, whatever is chosen."""

import dataclasses
import re

import numpy as np
import pytest

from pages.shared.translation import Timed
from transformer import KINDS, Translator

TEXT = "Zoltan habite à Győr avec le chat et le chien."
SPECIAL = ("<s>", "</s>")
WITHIN = 1e-5  # of a weight: the browser gets whole numbers


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
        np.testing.assert_allclose(page.chart.z, weights, atol=WITHIN)
        np.testing.assert_allclose(page.chart.z.sum(1), 1, atol=3e-4)
        assert f"layer {layer}, head {head}" in page.chart.said


@pytest.mark.parametrize("kind", KINDS)
def test_mean_over_heads(page, translation, kind):
    page.pick("kind", kind)
    page.pick("mean", True)
    weights = translation.trace.sublayer(kind, 2).heads.weights_HLM
    np.testing.assert_allclose(page.chart.z, weights.mean(0), atol=WITHIN)
    assert f"mean of {len(weights)} heads" in page.chart.said


@pytest.mark.parametrize("mean", [False, True])
def test_the_figure_to_take_away_holds_every_digit(page, translation, mean):
    assert page.app.get("plotly_chart") == []  # nothing of Plotly is loaded until it is asked for
    page.pick("mean", mean)
    page.pick("head", 4)
    plot = page.plot()
    weights = translation.trace.sublayer("cross", 2).heads.weights_HLM
    assert plot.z.dtype == np.float32
    np.testing.assert_array_equal(plot.z, weights.mean(0) if mean else weights[3])
    assert plot.alt == page.chart.said
    (table,) = page.app.dataframe
    np.testing.assert_array_equal(table.value.iloc[:, -1], plot.z.ravel())


def test_rows_are_english_and_columns_french_in_cross_attention(page, translation):
    assert len(page.chart.rows) == len(translation.target.pieces)
    assert len(page.chart.columns) == len(translation.source.pieces)
    assert page.chart.rows[-1] == page.chart.columns[-1] == "</s>"
    assert "English" in page.chart.row_title and "French" in page.chart.column_title


@pytest.mark.parametrize(
    "kind, row, column",
    [("encoder", "French", "French"), ("decoder", "English", "English")],
)
def test_axes_of_self_attention_say_their_language(page, translation, kind, row, column):
    page.pick("kind", kind)
    assert row in page.chart.row_title and column in page.chart.column_title
    first = "<s>" if kind == "decoder" else page.chart.rows[0]
    assert page.chart.columns[0] == first


def test_the_decoder_never_looks_ahead(page):
    page.pick("kind", "decoder")
    above = np.triu_indices(len(page.chart.z), 1)
    assert (page.weights[..., above[0], above[1]] < WITHIN).all()


def test_words_sum_over_columns_and_average_over_rows(page, translation):
    weights = translation.trace.sublayer("cross", 2).heads.weights_HLM[0]
    by_piece = page.app.caption[-1].value
    page.pick("unit", "words")
    rows = pieces_by_word(translation.target.words, weights.shape[0])
    columns = pieces_by_word(translation.source.words, weights.shape[1])
    expected = rows / rows.sum(1, keepdims=True) @ weights @ columns.T
    np.testing.assert_allclose(page.chart.z, expected, atol=1e-5)
    np.testing.assert_allclose(page.plot().z, expected, atol=1e-6)
    assert page.app.caption[-1].value != by_piece  # the rule is stated


@pytest.mark.parametrize("unit", ["words", "pieces"])
@pytest.mark.parametrize("kind", KINDS)
def test_rows_sum_to_one_and_names_are_unique(page, kind, unit):
    page.pick("kind", kind)
    page.pick("unit", unit)
    chart = page.chart
    np.testing.assert_allclose(chart.z.sum(1), 1, atol=3e-4)
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
    assert not page.chart.stretch
    assert page.plot().zmax == 1
    page.pick("stretch", True)
    assert page.chart.stretch
    assert page.plot().zmax == pytest.approx(page.chart.z.max(), abs=1e-5)
    assert page.plot().zmax < 1


def test_theme_changes_colours_only(visit):
    light, dark = (visit("attention", theme=theme) for theme in ("light", "dark"))
    assert light.component("heads") == dark.component("heads")
    np.testing.assert_array_equal(light.plot().z, dark.plot().z)
    assert light.plot().colours != dark.plot().colours


@pytest.mark.parametrize("kind", KINDS)
def test_the_overview_holds_every_head(page, translation, kind):
    page.pick("kind", kind)
    page.pick("layer", 2)
    page.pick("head", 7)
    assert page.component("heads")["selected"] == [1, 6]
    weights = translation.trace.weights(kind)
    np.testing.assert_allclose(page.weights[:, :-1], weights, atol=WITHIN)
    np.testing.assert_allclose(page.weights[:, -1], weights.mean(1), atol=WITHIN)


@pytest.mark.parametrize("digits", [2, 4])
def test_the_digits_shown_are_those_of_the_weight(page, translation, digits):
    page.pick("kind", "encoder")
    weights = translation.trace.weights("encoder")
    weights = np.concatenate([weights, weights.mean(1, keepdims=True)], axis=1)
    shown, own = ([f"{w:.{digits}f}" for w in all.ravel()] for all in (page.weights, weights))
    assert shown == own


def test_a_sentence_of_many_pieces_is_sent_in_bytes(visit, shipped):
    text = "你好" * 14  # three pieces a sign
    query = {"text": "Bonjour.", "english": text, "unit": "pieces", "kind": "decoder"}
    visitor = visit("attention", query)
    weights = shipped.translate("Bonjour.", target=text).trace.weights("decoder")
    assert weights.shape[-1] > 64
    assert visitor.component("heads")["steps"] < 256
    np.testing.assert_allclose(visitor.weights[:, :-1], weights, atol=0.0026)


def words_of(names):
    return [i for i, name in enumerate(names) if name[0].isalnum()]


@pytest.mark.parametrize("kind", KINDS)
def test_the_sentence_names_the_strongest_link_between_words(page, kind):
    """Of every head, so that the browser can say it before Python knows of a click."""
    page.pick("unit", "words")
    page.pick("kind", kind)
    data, weights = page.component("heads"), page.weights
    rows, columns = words_of(data["rows"]), words_of(data["columns"])
    for layer, links in enumerate(data["links"]):
        for head, (row, column, weight) in enumerate(links):
            z = weights[layer, head]
            telling = [i for i in rows if z[i].argmax() in columns] or range(len(z))
            assert column == z[row].argmax()
            assert z[row, column] == pytest.approx(z[telling].max(), abs=1e-5)
            assert float(weight) == pytest.approx(z[row, column], abs=0.0051)


def test_the_sentence_is_filled_in(page):
    page.pick("unit", "words")
    row, column, weight = page.component("heads")["links"][2][0]
    chart = page.chart
    for part in (chart.rows[row], chart.columns[column], f"({weight})", "Cross-attention"):
        assert part in chart.said


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
    monkeypatch.setattr("pages.shared.changes.current", lambda: Timed(empty, 0.1))
    visitor = visit("attention", {"hide": "1"})
    assert len(visitor.sentences) == len(visitor.app.info) == 1
    visitor.pick("hide", False)
    assert visitor.sentences == []
