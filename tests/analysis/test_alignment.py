"""Links between words: what each method reads, which are kept, how they are rated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hn

from transformer import RecurrentConfig, Translator, UsageError
from transformer.analysis.alignment import (
    METHODS,
    Linking,
    agreement,
    both_ways,
    default_linking,
    grow_links,
    link_view,
    linkings,
    piece_scores,
    rate,
)
from transformer.analysis.untrained import untrained
from transformer.analysis.view import view
from transformer.edits import SwitchOff

FRENCH, ENGLISH = "L'homme cherche la fenêtre.", "The old man looks for the window."

SCORES = hn.arrays(
    np.float64,
    hn.array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.integers(0, 8).map(lambda n: n / 8),
)


@pytest.fixture(scope="module")
def translation(translator: Translator):
    return translator.translate(FRENCH, target=ENGLISH)


def test_the_error_rate_by_hand() -> None:
    """Four links, of which one is sure, two are possible, one is neither; three sure ones."""
    found = [frozenset({(0, 0), (1, 1)}), frozenset({(0, 1), (2, 2)})]
    sure = [frozenset({(0, 0), (2, 2)}), frozenset({(1, 1)})]
    possible = [frozenset({(1, 1)}), frozenset({(0, 1)})]
    rates = rate(found, sure, possible)
    assert rates.aer == pytest.approx(1 - (1 + 3) / (4 + 3))
    assert rates.precision == pytest.approx(3 / 4)
    assert rates.recall == pytest.approx(1 / 3)


def test_the_links_people_made_have_no_error_and_none_at_all_is_the_worst() -> None:
    sure, possible = [frozenset({(0, 0), (1, 2)})], [frozenset({(1, 1)})]
    assert rate(sure, sure, possible) == (0, 1, 1)
    assert rate([frozenset()], sure, possible) == (1, 0, 0)


@pytest.mark.parametrize("method", METHODS)
def test_a_layer_of_heads_that_are_all_off_links_nothing_or_as_its_weights_say(
    translator: Translator, method
) -> None:
    off = translator.translate(FRENCH, target=ENGLISH, edits=[SwitchOff("cross", 1)])
    scores_LM = piece_scores(translator, off.record, Linking(method, 1, 0))
    sums = {0.0} if method.endswith("norm") else {1.0}
    assert set(scores_LM.sum(-1).round(5).tolist()) == sums


@given(SCORES)
def test_links_are_chosen_by_both_words_or_stand_beside_one_that_is(scores_EF) -> None:
    from_english, from_french = both_ways(scores_EF)
    links = grow_links(scores_EF)
    chosen = {(f, e) for e, f in np.argwhere(from_english & from_french)}
    assert chosen <= links <= {(f, e) for e, f in np.argwhere(from_english | from_french)}
    for f, e in links - chosen:
        assert any((f + i, e + j) in links for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j)
    assert grow_links(scores_EF.T) >= {(e, f) for f, e in chosen}


def test_a_word_without_scores_has_no_link() -> None:
    scores_EF = np.array([[0.0, 0.0], [0.2, 0.0]])
    assert grow_links(scores_EF) == {(0, 1)}
    assert agreement([scores_EF]) == 1
    assert grow_links(np.zeros((2, 0))) == frozenset() and agreement([np.zeros((0, 2))]) == 0


def test_a_neighbour_joins_and_a_stranger_does_not() -> None:
    scores_EF = np.array([[0.9, 0.0, 0.0], [0.5, 0.1, 0.0], [0.0, 0.0, 0.0], [0.6, 0.0, 0.0]])
    # Three look at the first French word, which chooses the first English one.
    assert grow_links(scores_EF) == {(0, 0), (0, 1), (1, 1)}
    assert agreement([np.eye(3), scores_EF]) == pytest.approx((3 + 1) / (3 + 4))


@pytest.mark.parametrize("method", METHODS)
def test_a_row_is_shared_out_among_the_french_pieces(translator, translation, method) -> None:
    for ways in linkings(translation.record):
        for way in ways:
            if way.method == method:
                scores_LM = piece_scores(translator, translation.record, way)
                lost = 1 if way.shifted else 0
                assert scores_LM.shape == (
                    len(translation.target.ids) - lost,
                    len(translation.source.ids),
                )
                np.testing.assert_allclose(scores_LM.sum(-1), 1, rtol=1e-5)
                assert scores_LM.min() >= 0


def test_shifted_is_the_row_after(translator, translation) -> None:
    trace = translation.trace
    for method in ("attention", "norm"):
        plain, shifted = (
            piece_scores(translator, trace, Linking(name, 1))
            for name in (method, "shifted" if method == "attention" else "shifted-norm")
        )
        np.testing.assert_array_equal(shifted, plain[1:])
    heads = [piece_scores(translator, trace, Linking("shifted-head", 1, h)) for h in range(4)]
    np.testing.assert_allclose(
        np.mean(heads, axis=0), piece_scores(translator, trace, Linking("shifted", 1)), rtol=1e-5
    )


def test_every_layer_is_there_and_of_shifted_heads_every_head(translation) -> None:
    ways = linkings(translation.record)
    assert [(w[0].method, w[0].layer) for w in ways] == [(m, n) for m in METHODS for n in range(3)]
    assert [[x.head for x in w] for w in ways if w[0].method == "shifted-head"] == [
        [0, 1, 2, 3]
    ] * 3


def test_a_view_of_unshifted_links_is_the_mean_of_the_heads(translator, translation) -> None:
    linking = default_linking(translation.record)
    assert linking == ("attention", 1, None)
    seen, whole = link_view(translator, translation, linking), view(translation, "cross", "words")
    np.testing.assert_allclose(seen.weights_NHLM[0, 0], whole.weights_NHLM[1].mean(0), atol=1e-6)
    assert (seen.rows, seen.columns) == (whole.rows, whole.columns)
    np.testing.assert_allclose(seen.special_NHL[0, 0], whole.special_NHL[1].mean(0), atol=1e-6)


def test_a_view_of_shifted_links_ends_before_the_end_mark(translator, translation) -> None:
    seen = link_view(translator, translation, Linking("shifted-head", 0, 2))
    words = [word.text for word in translation.target.words]
    assert [row.partition(" (")[0] for row in seen.rows] == words[:-1]
    assert words[-1] == "</s>" and seen.weights_NHLM.shape[2] == len(words) - 1


def test_a_recurrent_model_has_its_attention_or_nothing_to_link(tokenizer) -> None:
    shape = dict(d_model=8, d_state=8, layers=1, vocabulary=len(tokenizer), max_length=256)
    with_attention, without = (
        Translator(untrained(RecurrentConfig(arch, **shape), 1), tokenizer)
        for arch in ("birnn-attention", "birnn")
    )
    translation = with_attention.translate(FRENCH, target=ENGLISH)
    ways = linkings(translation.record)
    assert ways == [[Linking("attention", 0)], [Linking("shifted", 0)]]
    assert default_linking(translation.record) == ways[0][0]
    assert link_view(with_attention, translation, ways[1][0]).weights_NHLM.ndim == 4
    with pytest.raises(UsageError, match="recurrent network"):
        piece_scores(with_attention, translation.record, Linking("norm", 0))
    with pytest.raises(UsageError, match="no attention"):
        linkings(without.translate(FRENCH, target=ENGLISH).record)
