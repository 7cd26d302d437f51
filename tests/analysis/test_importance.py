"""The importance of heads: a gradient that equals a small change, and one order out of many."""

import copy

import pytest
import torch

from transformer import Translator
from transformer.analysis.importance import by_sublayer, gate_gradients, head_importance, places
from transformer.data import make_batch
from transformer.edits import GateHeads
from transformer.loss import token_loss


@pytest.fixture(scope="module")
def exact(translator) -> Translator:
    """In float64, so that a small change can be seen."""
    return Translator(copy.deepcopy(translator.transformer).double(), translator.tokenizer)


def test_the_gradient_of_a_gate_is_what_a_small_change_of_it_does(exact, pairs):
    model, tokenizer = exact.transformer, exact.tokenizer
    ((source, target),) = zip(*(tokenizer.encode_corpus([s]) for s in pairs[3]), strict=True)
    batch = make_batch([source], [target])

    def loss(edits) -> float:
        mask = torch.ones(1, 1, len(source), dtype=torch.bool)
        with torch.inference_mode():
            logits = model.logits(model.follow(batch.source_BM, mask, batch.target_in_BL, edits))
            chosen = logits[0].log_softmax(-1)[range(len(target)), target]
        return -float(chosen.sum())

    with torch.inference_mode():
        assert loss([]) == pytest.approx(float(token_loss(model, batch)) * len(target), rel=1e-6)
    sublayers = (("encoder", 1), ("decoder", 0), ("cross", 2))
    found = gate_gradients(model, source, target, sublayers)
    for place, gradients in zip(sublayers, found, strict=True):
        for head in (0, 3):
            sides = []
            for small in (1e-4, -1e-4):
                gate_H = torch.ones(model.config.heads, dtype=torch.float64)
                gate_H[head] += small
                sides.append(loss([GateHeads(*place, gate_H)]))
            assert gradients[head] == pytest.approx((sides[0] - sides[1]) / 2e-4, rel=1e-4)


def test_importance_is_a_mean_of_sizes_and_leaves_the_model_as_it_was(translator, pairs):
    model, tokenizer = translator.transformer, translator.tokenizer
    alone = [head_importance(model, tokenizer, [pair]) for pair in pairs[:2]]
    both = head_importance(model, tokenizer, pairs[:2])
    assert list(both) == list(places(model.config))
    for place, value in both.items():
        assert value == pytest.approx((alone[0][place] + alone[1][place]) / 2) and value >= 0
    assert all(parameter.grad is None for parameter in model.parameters())


def test_every_sublayer_weighs_the_same_in_the_order():
    found = by_sublayer(
        {("encoder", 0, 0): 3.0, ("encoder", 0, 1): 4.0, ("cross", 0, 0): 50.0, ("cross", 1, 0): 0}
    )
    assert list(found.values()) == pytest.approx([0.6, 0.8, 1.0, 0.0])
