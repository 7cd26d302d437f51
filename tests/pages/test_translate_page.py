"""Translate: what the page shows is what the library found."""

import dataclasses

import numpy as np
import pytest

from pages.shared.examples import EXAMPLES
from pages.shared.translation import Timed
from transformer.alignments import Alignments, Scored, kept_alignments
from transformer.analysis.alignment import METHODS, Linking, Rates
from transformer.analysis.view import view

TEXT = "Il parle du film au voisin."


@pytest.fixture(scope="module")
def page(visit):
    return visit(query={"text": TEXT})


@pytest.fixture(scope="module")
def translation(shipped):
    return shipped.translate(TEXT)


def about_links(visitor):
    """What stands below the links in small print, but for what the marks of unsure words mean."""
    captions = [caption.value for caption in visitor.app.caption]
    return [said for said in captions if "reference translation" not in said]


def test_the_english_and_the_french_are_shown_word_by_word(page, translation):
    links = page.component("word_links")
    for side, tokens in (("target", translation.target), ("source", translation.source)):
        words = [word.text for word in tokens.words]
        # Nothing is read after </s>, so that it has no link in the row after.
        assert [word["text"] for word in links[side]] == words[: -1 if side == "target" else None]
        spelled = "".join(
            ("" if word["joined"] or i == 0 else " ") + word["text"]
            for i, word in enumerate(links[side])
            if not word["special"]
        )
        assert spelled == tokens.text
    assert translation.target.text == translation.text


def test_weights_are_those_of_the_head_that_links_best_in_the_row_after(page, translation):
    weights = np.array(page.component("word_links")["weights"])
    np.testing.assert_allclose(weights.sum(1), 1, atol=2e-3)  # four digits travel
    best = kept_alignments("small").best
    method, layer, head = best.linking
    assert method == "shifted-head"
    one = translation.trace.weights("cross")[layer, head]
    for row, written in zip(weights, translation.target.words, strict=False):
        after = [piece + 1 for piece in written.pieces]
        expected = [
            one[np.ix_(after, read.pieces)].sum(1).mean() for read in translation.source.words
        ]
        np.testing.assert_allclose(row, expected, atol=1e-4)
    what, how_good = about_links(page)[:2]
    assert f"head {head + 1} in layer {layer + 1} of 4" in what
    assert f"{best.rates.aer:.2f}" in how_good and "47 sentences" in how_good


@pytest.mark.parametrize("method", METHODS)
def test_every_method_can_be_the_best(visit, monkeypatch, method):
    linking = Linking(method, 1, 2 if method == "shifted-head" else None)
    scored = (
        Scored(Linking("attention", 0), Rates(0.5, 0.5, 0.5)),
        Scored(linking, Rates(0, 1, 1)),
    )
    measured = Alignments("gold.jsonl", 3, scored)
    monkeypatch.setattr("transformer.alignments.kept_alignments", lambda model: measured)
    visitor = visit(query={"text": TEXT})
    assert visitor.sentences == []
    what, how_good = about_links(visitor)[:2]
    assert "layer 2 of 4" in what and "{" not in what and "0.00" in how_good
    assert ("0.50" in how_good) == (method != "attention")
    weights = visitor.component("word_links")["weights"]
    np.testing.assert_allclose(np.sum(weights, axis=1), 1, atol=2e-3)


def test_a_model_of_which_nothing_was_measured_shows_plain_weights(visit, monkeypatch, translation):
    monkeypatch.setattr("transformer.alignments.kept_alignments", lambda model: None)
    visitor = visit(query={"text": TEXT})
    seen = view(translation, "cross", "words")
    weights = visitor.component("word_links")["weights"]
    np.testing.assert_allclose(weights, seen.weights_NHLM[2].mean(0), atol=1e-4)
    assert "layer 3 of 4, mean of its 8 heads" in about_links(visitor)[0]
    assert not any("gold" in caption.value for caption in visitor.app.caption)


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
    assert len(links["target"]) == len(steps["target"]) - 1
    for word, cut in zip(links["target"], steps["target"], strict=False):
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
    assert [word["text"] for word in words] == [word.text for word in expected[:-1]]
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
    monkeypatch.setattr("pages.shared.changes.current", lambda: nothing)
    visitor = visit()
    assert len(visitor.sentences) == len(visitor.app.info) == 1
