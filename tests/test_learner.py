"""Which weights an optimiser moves, and which decay."""

from transformer.config import ModelConfig, TrainConfig
from transformer.learner import new_optimizers, parameter_groups
from transformer.model import Transformer


def test_weights_decay_but_embeddings_norms_and_biases_do_not() -> None:
    model = Transformer(ModelConfig.preset("tiny"))
    decayed, kept = parameter_groups(model, 0.01)
    assert (decayed["weight_decay"], kept["weight_decay"]) == (0.01, 0.0)
    assert len(decayed["params"]) + len(kept["params"]) == len(list(model.parameters()))
    assert all(parameter.dim() == 2 for parameter in decayed["params"])
    assert [p.shape for p in kept["params"] if p.dim() == 2] == [model.embedding.weight.shape]


def test_muon_moves_matrices_and_adamw_the_rest() -> None:
    model = Transformer(ModelConfig.preset("tiny"))
    adamw, muon = new_optimizers(model, TrainConfig(steps=1, optimizer="muon"))
    decayed, kept = parameter_groups(model, 0.01)
    assert [len(o.param_groups[0]["params"]) for o in (adamw, muon)] == [
        len(kept["params"]),
        len(decayed["params"]),
    ]
    assert muon.param_groups[0]["weight_decay"] == 0.01
