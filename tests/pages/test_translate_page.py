"""Translate: what the page shows is what the library found."""

import dataclasses

import numpy as np
import pytest

from pages.shared.examples import EXAMPLES
from pages.shared.translation import Timed

TEXT = "Il parle du film au voisin."


@pytest.fixture(scope="module")
def page(visit):
    return visit(query={"text": TEXT})


@pytest.fixture(scope="module")
def translation(shipped):
    return shipped.translate(TEXT)


def test_the_english_and_the_french_are_shown_word_by_word(page, translation):
    links = page.component("word_links")
    for side, tokens in (("target", translation.target), ("source", translation.source)):
        assert [word["text"] for word in links[side]] == [word.text for word in tokens.words]
        spelled = "".join(
            ("" if word["joined"] or i == 0 else " ") + word["text"]
            for i, word in enumerate(links[side])
            if not word["special"]
        )
        assert spelled == tokens.text
    assert translation.target.text == translation.text


def test_weights_are_the_mean_over_heads_by_word_and_rows_sum_to_one(page, translation):
    weights = np.array(page.component("word_links")["weights"])
    np.testing.assert_allclose(weights.sum(1), 1, atol=2e-3)  # four digits travel
    layer = translation.trace.layers("cross") - 2
    mean = translation.trace.weights("cross")[layer].mean(0)
    for row, written in zip(weights, translation.target.words, strict=True):
        expected = [
            mean[np.ix_(written.pieces, read.pieces)].sum(1).mean()
            for read in translation.source.words
        ]
        np.testing.assert_allclose(row, expected, atol=1e-4)
    assert f" {layer + 1} " in page.app.caption[0].value


def test_every_piece_has_its_probability_and_the_five_likeliest(page, translation):
    words = page.component("piece_steps")["target"]
    shown = [piece for word in words for piece in word["pieces"]]
    assert [piece["piece"] for piece in shown] == list(translation.target.pieces)
    for piece, step in zip(shown, translation.search.steps, strict=True):
        assert piece["probability"] == pytest.approx(step.probability)
        assert piece["rank"] == step.rank
        assert len(piece["likeliest"]) == 5
        assert [name for name, _ in piece["likeliest"]] == [name for name, _ in step.likeliest]
        assert dict(piece["likeliest"]) == pytest.approx(dict(step.likeliest))


def test_a_word_is_as_likely_as_its_pieces_together(page):
    links, steps = page.component("word_links"), page.component("piece_steps")
    for word, cut in zip(links["target"], steps["target"], strict=True):
        together = np.prod([piece["probability"] for piece in cut["pieces"]])
        assert word["probability"] == pytest.approx(together)


def test_all_hypotheses_are_listed_best_first(page, translation):
    table = page.app.dataframe[0].value
    found = translation.search.hypotheses
    assert list(table.iloc[:, 0]) == [candidate.text for candidate in found]
    assert list(table.iloc[:, 1]) == [round(candidate.score, 3) for candidate in found]
    assert table.iloc[:, 1].is_monotonic_decreasing
    assert list(table.iloc[:, 3]) == [len(candidate.pieces) for candidate in found]


def test_typing_a_sentence_translates_it(visit, shipped):
    visitor = visit()
    visitor.type("Où est la gare ?")
    words = visitor.component("word_links")["target"]
    expected = shipped.translate("Où est la gare ?").target.words
    assert [word["text"] for word in words] == [word.text for word in expected]
    assert visitor.query == {"text": "Où est la gare ?"}


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_goes_into_the_box_and_is_translated(visit, number):
    visitor = visit(query={"text": "Bonjour."})
    visitor.pick("example", number)
    assert visitor.box == EXAMPLES[number].text
    assert visitor.app.selectbox(key="example").value is None  # free to be picked again
    assert visitor.sentences == []
    french = [word["text"] for word in visitor.component("word_links")["source"]]
    assert EXAMPLES[number].text.startswith(french[0])


def test_a_model_that_writes_nothing_is_explained(visit, monkeypatch, translation):
    nothing = Timed(dataclasses.replace(translation, text=""), 0.1)
    monkeypatch.setattr("pages.shared.translation.current", lambda: nothing)
    visitor = visit()
    assert len(visitor.sentences) == len(visitor.app.info) == 1
