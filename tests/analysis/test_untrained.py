"""The model before its first step: built again from the seed, and compared with the record."""

import math

import numpy as np
import pytest
import torch

from transformer import KINDS, RecurrentConfig, Translator
from transformer.analysis.untrained import (
    ROUNDING,
    distance_to_start,
    untrained,
    untrained_traces,
)
from transformer.checkpoint import new_model
from transformer.config import STATES

TEXT = "L'homme cherche la fenêtre."


def test_the_first_weights_are_repeatable_and_leave_torch_alone(translator: Translator) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one, other = untrained(translator.model.config), untrained(translator.model.config)
    assert torch.equal(torch.rand(3), expected)
    for name, value in one.state_dict().items():
        assert torch.equal(value, other.state_dict()[name])
    another = untrained(translator.model.config, seed=2)
    assert not torch.equal(another.embedding.weight, one.embedding.weight)


def test_the_first_weights_are_those_that_training_begins_with(translator, tmp_path) -> None:
    """As ``train`` makes them: the seed is set, then the model built."""
    torch.manual_seed(1)
    model = type(translator.model)(translator.model.config).eval()
    begun = Translator(model, translator.tokenizer)
    found = begun.translate(TEXT, target="The man.")
    (trace,) = untrained_traces(translator, [found])
    np.testing.assert_array_equal(trace.logits_LV, found.trace.logits_LV)
    path = tmp_path / "000000.npz"
    arrays = {f"{kind}_weights": trace.weights(kind).astype(np.float16) for kind in KINDS}
    np.savez(path, source=found.source.pieces, target=found.target.pieces, **arrays)
    assert distance_to_start(translator, path) < ROUNDING
    arrays["cross_weights"] = translator.translate(TEXT, target="The man.").trace.weights("cross")
    np.savez(path, source=found.source.pieces, target=found.target.pieces, **arrays)
    assert distance_to_start(translator, path) > ROUNDING
    assert distance_to_start(translator, tmp_path / "none.npz") == math.inf


@pytest.mark.parametrize("arch", STATES)
def test_recurrent_models_begin_with_the_weights_of_their_seed_too(arch) -> None:
    config = RecurrentConfig.preset(arch, "tiny", vocabulary=300)
    torch.manual_seed(1)
    expected = new_model(config).state_dict()
    for name, value in untrained(config).state_dict().items():
        assert torch.equal(value, expected[name])


def test_the_record_of_a_recurrent_model_with_attention_is_compared_too(
    tokenizer, tmp_path
) -> None:
    config = RecurrentConfig.preset("birnn-attention", "tiny", vocabulary=len(tokenizer))
    begun = Translator(untrained(config), tokenizer)
    found = begun.translate(TEXT, target="The man.")
    path = tmp_path / "000000.npz"
    weights = found.record.weights("cross")
    pieces = {"source": found.source.pieces, "target": found.target.pieces}
    np.savez(path, **pieces, cross_weights=weights.astype(np.float16))
    assert distance_to_start(begun, path) < ROUNDING
    np.savez(path, **pieces, cross_weights=weights[..., ::-1])
    assert distance_to_start(begun, path) > ROUNDING
