"""Queries, keys and values are the model's own products."""

import numpy as np
import pytest

from transformer import Translator
from transformer.analysis.roles import project, similarity_weights
from transformer.trace import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_every_projection_agrees_with_the_model(translator: Translator, kind) -> None:
    trace = translator.translate("Le chat noir dort.", target="The cat.").trace
    for layer in range(trace.layers(kind)):
        matrices = translator.projections(kind, layer)
        for head in range(translator.model.config.heads):
            found = project(trace, kind, layer, head, matrices)
            assert all(part.check.agrees for part in found.values())
            assert found["key"].check.count == found["key"].computed.size
            for part in found.values():
                np.testing.assert_allclose(part.inputs @ part.matrix, part.computed, atol=1e-5)


def test_another_heads_matrix_would_be_noticed(translator: Translator) -> None:
    trace = translator.translate("Le chat noir dort.", target="The cat.").trace
    matrices = translator.projections("cross", 0)
    wrong = {name: np.roll(matrix, 1, axis=0) for name, matrix in matrices.items()}
    found = project(trace, "cross", 0, 0, wrong)
    assert not any(part.check.agrees for part in found.values())


def test_cross_attention_asks_in_english_and_answers_in_french(translator: Translator) -> None:
    trace = translator.translate("Le chat noir dort.", target="The cat.").trace
    found = project(trace, "cross", 0, 0, translator.projections("cross", 0))
    assert len(found["query"].inputs) == len(trace.logits_LV)
    assert len(found["key"].inputs) == len(found["value"].inputs) == len(trace.memory_MD)


def test_alike_vectors_look_at_themselves() -> None:
    x = 10 * np.eye(4)
    weights = similarity_weights(x, x, np.tril(np.ones((4, 4), dtype=bool)))
    np.testing.assert_allclose(weights.sum(-1), 1)
    assert (np.diagonal(weights) > 0.99).all()
    assert weights[0].tolist() == [1, 0, 0, 0]
