"""Measures of hand-made attention, whose values can be told without a program."""

import math

import numpy as np
import pytest

from transformer.analysis.head_measures import (
    Measures,
    head_measures,
    linked_words,
    row_measures,
)
from transformer.trace import KINDS

KEYS = 4
NONE = np.zeros(KEYS, dtype=bool)
RARITY = np.array([5.0, 9.0, 7.0, 1.0])


def measured(weights_LM, kind="encoder", special_M=NONE, punctuation_M=NONE, rarity_M=RARITY):
    """The mean of every measure over the rows that have it."""
    rows = row_measures(np.array(weights_LM), kind, special_M, punctuation_M, rarity_M)
    means = [row[~np.isnan(row)].mean() if (~np.isnan(row)).any() else math.nan for row in rows]
    return Measures(*map(float, means))


def test_every_word_looks_at_itself():
    found = measured(np.eye(KEYS))
    assert (found.confidence, found.entropy, found.evenness, found.distance) == (1, 0, 0, 0)
    assert (found.previous, found.same, found.next) == (0, 1, 0)
    assert found.rarest == 0.25  # the rarest piece itself


def test_every_word_looks_at_all_alike():
    found = measured(np.full((KEYS, KEYS), 1 / KEYS))
    assert (found.confidence, found.entropy, found.evenness) == (0.25, 2, 1)
    # From the outer two: (0 + 1 + 2 + 3) / 4, from the inner two: (1 + 0 + 1 + 2) / 4.
    assert found.distance == (1.5 + 1.0) / 2


@pytest.mark.parametrize(("offset", "name"), [(-1, "previous"), (1, "next")])
def test_every_word_looks_at_its_neighbour(offset, name):
    weights = np.eye(KEYS, k=offset) * 0.7 + np.eye(KEYS) * 0.3
    edge = 0 if offset < 0 else -1
    weights[edge] = np.eye(KEYS)[edge]  # it has no such neighbour, and so does not count
    found = measured(weights)
    assert getattr(found, name) == 1
    assert getattr(found, {"previous": "next", "next": "previous"}[name]) == 0
    assert found.same == 0.25
    assert found.distance == pytest.approx(3 * 0.7 / 4)


def test_english_sees_only_what_is_written_and_the_first_row_has_no_choice():
    found = measured([[1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], "decoder")
    assert found.previous == 1 and found.same == 0 and math.isnan(found.next)
    assert found.confidence == 1 and found.distance == 1
    even = measured(np.tril(np.ones((KEYS, KEYS))) / np.arange(1, KEYS + 1)[:, None], "decoder")
    assert even.evenness == pytest.approx(1)
    assert even.entropy == pytest.approx(np.log2([2, 3, 4]).mean())
    assert even.confidence == pytest.approx(np.mean([1 / 2, 1 / 3, 1 / 4]))


def test_between_two_languages_there_is_no_distance():
    found = measured([[0.1, 0.9, 0, 0], [0.5, 0.5, 0, 0]], "cross")
    assert found.confidence == pytest.approx(0.7)
    for name in ("distance", "previous", "same", "next"):
        assert math.isnan(getattr(found, name))


def test_weight_on_special_tokens_and_punctuation():
    special, comma = np.arange(KEYS) == 3, np.arange(KEYS) == 1
    weights = [[0.1, 0.2, 0.1, 0.6], [0.0, 0.4, 0.4, 0.2]]
    found = measured(weights, "cross", special, comma)
    assert found.special == pytest.approx(0.4) and found.punctuation == pytest.approx(0.3)


def test_the_rarest_piece_is_never_a_special_one():
    special = np.arange(KEYS) == 1  # though the rarest by number
    weights = [[0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0.9, 0.1], [1, 0, 0, 0]]
    assert measured(weights, "encoder", special).rarest == 0.5
    # Of two pieces as rare as each other, either will do; of the decoder, those that are seen.
    rarity = np.array([9.0, 2.0, 9.0, 1.0])
    assert measured(weights, "encoder", NONE, NONE, rarity).rarest == 0.75
    rows = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    assert measured(rows, "decoder", NONE, NONE, np.array([1.0, 2.0, 3.0, 4.0])).rarest == 2 / 3


def test_words_find_the_word_they_are_linked_to():
    weights_XLM = np.array(
        [
            # pieces: le | chat noir(2 pieces) | </s>: the end mark does not count
            [[0.1, 0.2, 0.0, 0.0, 0.7], [0.0, 0.1, 0.4, 0.4, 0.1], [0.0, 0.6, 0.2, 0.2, 0.0]],
            [[1.0, 0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.3, 0.3, 0.3, 0.1]],
        ]
    )
    french, english = [(0,), (1,), (2, 3)], [(0,), (1,), (2,)]
    right, words = linked_words(weights_XLM, english, french, [(0, 0), (2, 1), (1, 2)])
    assert words == 3 and right.tolist() == [2, 1]
    right, words = linked_words(weights_XLM, english, french, [(1, 0), (0, 0)])
    assert words == 1 and right.tolist() == [1, 1]


def test_all_heads_are_measured_over_the_rows_of_all_sentences(translator):
    one, two = (translator.translate(t, 1) for t in ("L'homme cherche.", "La voisine a peint !"))
    found = head_measures([one, two])
    config = translator.transformer.config
    layers = 2 * config.decoder_layers + config.encoder_layers
    assert len(found) == layers * config.heads
    for kind in KINDS:
        rows = [t.trace.weights(kind)[1, 2] for t in (one, two)]
        largest = [w.max(-1)[kind == "decoder" :] for w in rows]
        confidence = found[kind, 1, 2].confidence
        assert confidence == pytest.approx(np.concatenate(largest).mean(), abs=1e-6)
        assert 0 <= found[kind, 1, 2].special < 1
