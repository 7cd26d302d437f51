"""Rows and columns as a reader wants them: named, joined to words, without special tokens."""

import numpy as np
import pytest

from transformer import KINDS, Translator
from transformer.analysis.view import numbered, piece_names, view

TEXT, ENGLISH = "L'homme âgé cherche la fenêtre.", "The old man looks for the window."


@pytest.fixture(scope="module")
def translation(translator: Translator):
    return translator.translate(TEXT, target=ENGLISH)


@pytest.mark.parametrize("kind", KINDS)
def test_a_words_row_still_sums_to_one(translation, kind) -> None:
    pieces, words = view(translation, kind, "pieces"), view(translation, kind, "words")
    np.testing.assert_array_equal(pieces.weights_NHLM, translation.trace.weights(kind))
    np.testing.assert_allclose(words.weights_NHLM.sum(-1), 1, atol=1e-5)
    assert words.weights_NHLM.shape[-2:] == (len(words.rows), len(words.columns))
    assert len(words.rows) < len(pieces.rows)


@pytest.mark.parametrize("kind", KINDS)
def test_what_hidden_tokens_had_is_not_lost(translation, kind) -> None:
    whole = view(translation, kind, "words")
    hidden = view(translation, kind, "words", hide_special=True)
    assert not {"<s>", "</s>"} & {*hidden.rows, *hidden.columns}
    assert len(hidden.rows) == len(whole.rows) - 1
    np.testing.assert_allclose(hidden.weights_NHLM.sum(-1) + hidden.special_NHL, 1, atol=1e-5)


def test_a_label_that_comes_twice_is_numbered() -> None:
    assert numbered(["le", "chat", "le"]) == ("le (1)", "chat", "le (2)")


def test_queries_and_keys_are_named_after_their_pieces(translator: Translator) -> None:
    translation = translator.translate("Le chat.", target="The cat.")
    written, read = piece_names(translation, "decoder")
    assert len(written) == len(read) == len(translation.target.pieces)
    assert read[0] == "<s>"
    queries, keys = piece_names(translation, "cross")
    assert (len(queries), len(keys)) == (len(written), len(translation.source.pieces))
