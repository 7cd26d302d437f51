"""Attention, contribution and leave-one-out side by side; and rank correlations by hand."""

import numpy as np
import pytest

from transformer.analysis.explanations import compare, rolled_out, spearman
from transformer.analysis.leave_one_out import leave_one_out
from transformer.analysis.norms import added, summed_norms
from transformer.analysis.rollout import rollout
from transformer.edits import ForceLinks

FRENCH, ENGLISH = "L'homme cherche la fenêtre.", "The old man looks for it."


@pytest.fixture(scope="module")
def translation(translator):
    return translator.translate(FRENCH, target=ENGLISH)


@pytest.mark.parametrize("head", [None, 2])
def test_columns_are_words_and_rows_are_pieces(translator, translation, head) -> None:
    left_out = leave_one_out(translator, translation)
    found = compare(translator, translation, left_out, 1, head)
    words, pieces = translation.source.words, translation.target.pieces
    assert found.attention_LM.shape == found.size_LM.shape == (len(pieces), len(words))
    np.testing.assert_allclose(found.attention_LM.sum(1), 1, rtol=1e-5)
    np.testing.assert_array_equal(found.lost_LM, left_out.lost_LM)
    added_LMD = added(translator, translation.trace, 1, head)
    for m, word in enumerate(words):
        whole = added_LMD[:, list(word.pieces)].sum(1)
        np.testing.assert_allclose(found.size_LM[:, m], np.linalg.norm(whole, axis=1), rtol=1e-5)
    if head is None:  # a word of one piece: nothing to add up
        single = [m for m, word in enumerate(words) if len(word.pieces) == 1]
        places = [words[m].pieces[0] for m in single]
        sizes = summed_norms(translator, translation.trace, 1)[:, places]
        np.testing.assert_allclose(found.size_LM[:, single], sizes, rtol=1e-5)


def test_every_row_has_three_correlations(translator, translation) -> None:
    found = compare(translator, translation, leave_one_out(translator, translation), 2)
    correlations = found.correlations()
    assert list(correlations) == ["attention-size", "attention-lost", "size-lost"]
    for pair, row_L in correlations.items():
        one, other = (getattr(found, f"{name}_LM") for name in pair.split("-"))
        assert row_L.tolist() == [spearman(*row) for row in zip(one, other, strict=True)]
        assert (np.abs(row_L) <= 1).all()


def test_the_rollout_of_a_word_is_that_of_its_pieces(translation) -> None:
    found, whole = rolled_out(translation), rollout(translation.trace)
    words = translation.source.words
    assert found.shape == (len(translation.target.pieces), len(words))
    np.testing.assert_allclose(found[:, 0], whole[:, list(words[0].pieces)].sum(1))
    np.testing.assert_allclose(found.sum(1), whole.sum(1))


def test_rows_that_look_at_one_word_only_have_no_correlation(translator) -> None:
    words = translator.tokenizer.encode("La voisine").words
    edits = (ForceLinks(None, words[0].pieces, "cross"),)
    translation = translator.translate("La voisine", target="The", edits=edits)
    left_out = leave_one_out(translator, translation, edits)
    found = compare(translator, translation, left_out, 0)
    assert (found.attention_LM[:, 1:] == 0).all() and np.isnan(found.lost_LM[:, 0]).all()
    assert np.isnan(found.correlations()["attention-lost"]).all()


@pytest.mark.parametrize(
    ("one", "other", "by_hand"),
    [
        ([1, 2, 3, 4], [10, 20, 30, 40], 1),
        ([1, 2, 3, 4], [0.9, 0.5, 0.4, -7], -1),
        # Differences of ranks 0, 1, -1, 0: 1 - 6 (1 + 1) / (4 (16 - 1)).
        ([1, 2, 3, 4], [5, 7, 6, 8], 0.8),
        # Ranks 1.5, 1.5, 3 and 1, 2, 3: covariance 1.5, squares 1.5 and 2.
        ([2, 2, 9], [1, 2, 3], 1.5 / np.sqrt(1.5 * 2)),
        ([1, np.nan, 2, 3], [3, 9, 2, 1], -1),
    ],
)
def test_rank_correlations_by_hand(one, other, by_hand) -> None:
    assert spearman(np.array(one), np.array(other)) == pytest.approx(by_hand)


@pytest.mark.parametrize("one", [[1, 1, 1], [1, np.nan, np.nan], [np.nan, np.nan, np.nan]])
def test_what_does_not_vary_has_no_correlation(one) -> None:
    assert np.isnan(spearman(np.array(one), np.arange(3.0)))
