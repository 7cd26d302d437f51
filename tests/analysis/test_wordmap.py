"""The map of words: its plane is that of the principal components, its neighbours the nearest."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from transformer import Translator, UsageError
from transformer.analysis.wordmap import (
    Words,
    frequent_ids,
    frequent_words,
    known_words,
    look_up,
    mean_cosine,
    nearest,
    plane,
    rank_correlation,
    sentence_words,
    told_apart,
    translation_ranks,
    words_of,
)

NUMBERS = np.random.default_rng(5)
ROWS = NUMBERS.normal(size=(40, 6)) * [3, 2, 1, 0.5, 0.2, 0.1] + 4


@pytest.fixture(scope="module")
def shipped() -> Translator:
    """Words mean something only to a trained model."""
    return Translator.load(device="cpu")


def test_the_plane_is_that_of_the_principal_components() -> None:
    flat = plane(ROWS)
    variances, directions = np.linalg.eigh(np.cov(ROWS.T))
    expected = variances[::-1][:2] / variances.sum()
    np.testing.assert_allclose(flat.shares, expected)
    for direction, found in zip(directions.T[::-1], (flat.across_D, flat.up_D), strict=False):
        assert abs(direction @ found) == pytest.approx(1)
        assert found[np.abs(found).argmax()] > 0
    places = flat.place(ROWS)
    np.testing.assert_allclose(places.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(places.var(0, ddof=1) / variances.sum(), expected)


def test_moving_all_points_moves_no_place() -> None:
    np.testing.assert_allclose(plane(ROWS + 7).place(ROWS + 7), plane(ROWS).place(ROWS), atol=1e-9)


def test_neighbours_are_in_the_order_of_their_cosines() -> None:
    words = Words(tuple("abcdefgh"), ROWS[:8].astype(np.float32))
    found = nearest(words, "c")
    rows = torch.tensor(words.rows_VD)
    expected = F.cosine_similarity(rows, rows[2:3])
    assert sorted(found.names) == list("abdefgh")
    for name, value in zip(found.names, found.cosines, strict=True):
        assert value == pytest.approx(expected["abcdefgh".index(name)].item(), abs=1e-6)
    assert (np.diff(found.cosines) <= 0).all()


def test_the_mean_cosine_is_that_of_all_pairs() -> None:
    units = ROWS / np.linalg.norm(ROWS, axis=1, keepdims=True)
    pairs = (units @ units.T)[np.triu_indices(len(ROWS), 1)]
    assert mean_cosine(ROWS) == pytest.approx(pairs.mean())


def test_two_groups_are_told_apart_or_not() -> None:
    low, high = np.arange(5.0), np.arange(5.0, 9.0)
    assert told_apart(low, high) == told_apart(high, low) == 1
    assert told_apart(low, low) == 0.5
    assert rank_correlation(low) == rank_correlation(-(low**3)) == pytest.approx(1)


def test_frequent_words_follow_the_tokenizers_probabilities(shipped: Translator) -> None:
    tokenizer = shipped.tokenizer
    ids = frequent_ids(tokenizer)
    scores = [tokenizer._processor.get_score(id) for id in ids]
    assert scores == sorted(scores, reverse=True) and len(ids) > 1000
    words = frequent_words(shipped, 50)
    assert all(name.isalpha() for name in words.names)
    np.testing.assert_array_equal(words.rows_VD, shipped.embedding_rows(ids[:50]))
    assert [look_up(tokenizer, name) for name in words.names] == [(id,) for id in ids[:50]]


def test_a_word_of_several_pieces_is_the_mean_of_their_rows(shipped: Translator) -> None:
    ids = look_up(shipped.tokenizer, "antiprovincialement")
    assert len(ids) > 1
    words = known_words(shipped, "antiprovincialement")
    np.testing.assert_allclose(
        words.only(["antiprovincialement"]).rows_VD[0],
        shipped.embedding_rows(ids).mean(0),
        rtol=1e-6,
    )


def test_a_space_mark_alone_says_nothing_of_a_word(shipped: Translator) -> None:
    """``eau`` stands mostly behind an apostrophe: its piece has no space before it."""
    assert shipped.tokenizer.encode("eau").pieces[0] == "▁"
    assert [shipped.tokenizer.piece(id) for id in look_up(shipped.tokenizer, "eau")] == ["eau"]


@pytest.mark.parametrize("word", ["", "   ", "你好", "chat😀"])
def test_what_the_model_has_no_pieces_for_is_said(shipped: Translator, word: str) -> None:
    with pytest.raises(UsageError):
        known_words(shipped, word)


def test_words_of_a_sentence_have_the_rows_that_the_model_reads(shipped: Translator) -> None:
    tokens = shipped.tokenizer.encode("L'ordinateur lit un ordinateur, dit-il.")
    found = sentence_words(tokens)
    assert {"L'", "…ordinateur", "lit", "un", "ordinateur"} <= set(found)
    assert found["…ordinateur"] != found["ordinateur"] == look_up(shipped.tokenizer, "ordinateur")
    assert all(id in tokens.ids for ids in found.values() for id in ids)


def test_joining_keeps_what_is_there(shipped: Translator) -> None:
    words = frequent_words(shipped, 10)
    joined = words.join(words_of(shipped, {words.names[3]: (9,), "zz": (11, 12)}))
    assert joined.names == (*words.names, "zz")
    assert words.join(words_of(shipped, {})).names == words.names
    with pytest.raises(ValueError):
        words.only(["zz"])


def test_ranks_count_the_words_that_are_nearer(shipped: Translator) -> None:
    words = frequent_words(shipped, 300)
    found = translation_ranks(shipped, words)
    assert len(found.french) == len(found.english) == len(found.ranks) > 10
    french, english = found.french[0], found.english[0]
    ids = {word: look_up(shipped.tokenizer, word) for word in (french, english)}
    order = nearest(words.join(words_of(shipped, ids)), french)
    assert found.ranks[0] == 1 + order.names.index(english)
    assert found.among == 300 and found.ranks.min() >= 1
