"""The last step: logits and probabilities of every piece, against the trace and the search."""

import dataclasses

import numpy as np
import pytest

from transformer import Translator
from transformer.analysis.next_piece import LIKELIEST, next_piece


@pytest.mark.parametrize("target", ["The black cat sleeps.", "Seven hearts, 345 keys?", None])
def test_every_step_agrees_with_the_model(translator: Translator, target) -> None:
    translation = translator.translate("Le chat noir dort.", target=target)
    for step, thought in enumerate(translation.search.steps):
        found = next_piece(translator, translation, step)
        assert found.logit.agrees and found.logits.agrees and found.probability.agrees
        assert found.logits.count == len(translator.tokenizer)
        np.testing.assert_allclose(found.probabilities_V.sum(), 1)
        pieces = [translator.tokenizer.piece(id) for id in found.best]
        assert len(pieces) == LIKELIEST
        assert pieces == [piece for piece, _ in thought.likeliest]
        assert translator.tokenizer.piece(found.written) == thought.piece
        probability = found.probabilities_V[found.written]
        np.testing.assert_allclose(probability, thought.probability, rtol=1e-5)


def test_a_falsified_vector_turns_the_checks_red(translator: Translator) -> None:
    translation = translator.translate("Le chat noir dort.", target="The cat.")
    decoded = translation.trace.decoded_LD.copy()
    decoded[1] += 0.01
    trace = dataclasses.replace(translation.trace, decoded_LD=decoded)
    wrong = dataclasses.replace(translation, record=trace)
    found = next_piece(translator, wrong, 1)
    assert not found.logits.agrees
    assert next_piece(translator, wrong, 0).logits.agrees
