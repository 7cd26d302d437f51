"""Cosines of states: bounds, fixed points, and the same word in two sentences."""

import numpy as np
import pytest
import torch

from transformer import Translator
from transformer.analysis.similarity import (
    cosine,
    shared_words,
    to_first_self,
    to_next,
    to_piece,
    twins,
)
from transformer.analysis.stack import SIDES, stack

ONE, OTHER = "Le petit chat cherche la fenêtre.", "Aujourd'hui, elle cherche le petit chat."


@pytest.fixture(scope="module")
def pair(translator: Translator):
    return tuple(translator.translate(text, target="The cat sleeps.") for text in (ONE, OTHER))


def test_the_cosine_is_the_one_of_torch() -> None:
    one, other = torch.randn(2, 5, 7, generator=torch.Generator().manual_seed(1))
    expected = torch.cosine_similarity(one.double(), other.double(), dim=-1)
    np.testing.assert_allclose(cosine(one.numpy(), other.numpy()), expected, rtol=1e-12)


@pytest.mark.parametrize("side", SIDES)
def test_every_vector_begins_as_itself(pair, side) -> None:
    read = stack(pair[0], side)
    states = read.states()
    assert states.shape[0] == len(read.layers) + 3
    np.testing.assert_array_equal(states[-1], read.final_LD)
    cosines = to_first_self(read)
    np.testing.assert_allclose(cosines[:, 0], 1)
    assert (np.abs(cosines) <= 1 + 1e-12).all() and (cosines[:, 2:] < 0.999).all()
    for piece in range(len(read.pieces)):
        against = to_piece(read, piece)
        np.testing.assert_allclose(against[piece], 1)
        vectors = torch.tensor(states)
        expected = torch.cosine_similarity(vectors, vectors[:, piece : piece + 1], dim=-1)
        np.testing.assert_allclose(against, expected.T, rtol=1e-9, atol=1e-12)


def test_the_word_to_be_written_is_a_row_of_the_embedding_matrix(translator, pair) -> None:
    read = stack(pair[0], "target")
    cosines = to_next(translator, pair[0], read)
    matrix = translator.model.embedding.weight.detach().numpy()
    for row, id in enumerate(pair[0].target.ids):
        np.testing.assert_allclose(cosines[row, -1], cosine(read.final_LD[row], matrix[id]))


def test_twins_are_the_same_vector_until_they_are_placed(pair) -> None:
    one, other = pair
    shared = shared_words(one.source, other.source)
    assert set(shared) == {"petit", "chat", "cherche"}  # Le and le are not the same word
    for word in shared:
        found = twins(one, other, word)
        np.testing.assert_allclose(found.cosines[0], 1)
        assert (found.cosines[1:] < 1).all()
        assert (np.abs(found.others) < 1).all()
    same = twins(one, one, "chat")
    np.testing.assert_allclose(same.cosines, 1)


def test_a_word_that_only_one_sentence_has_is_refused(pair) -> None:
    with pytest.raises(ValueError, match="fenêtre"):
        twins(*pair, "fenêtre")


def test_the_mean_of_others_is_over_all_different_pieces(pair) -> None:
    one, other = (stack(translation, "source") for translation in pair)
    expected = [
        np.mean(
            [
                cosine(one.states()[n, i], other.states()[n, j])
                for i in range(len(one.ids))
                for j in range(len(other.ids))
                if one.ids[i] != other.ids[j]
            ]
        )
        for n in range(len(one.layers) + 3)
    ]
    np.testing.assert_allclose(twins(*pair, "chat").others, expected)
