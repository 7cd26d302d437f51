"""What a layer costs is what its weights and its scores say."""

import pytest
import torch

from transformer.analysis.layer_costs import recurrent_cost, self_attention_cost
from transformer.checkpoint import new_model
from transformer.config import ModelConfig, RecurrentConfig


@pytest.mark.parametrize("length", [1, 7, 40])
def test_attention_uses_each_weight_at_each_piece_and_each_score_twice(length: int) -> None:
    config = ModelConfig(d_model=24, heads=3, d_k=5, d_ff=8, encoder_layers=1, vocabulary=9)
    layer = new_model(config).eval().get_submodule("encoder.0.self_attention")
    with torch.inference_mode():
        _, explained = layer(torch.randn(1, length, 24), None, explain=True)
    weights = sum(p.numel() for p in layer.get_submodule("attention").parameters() if p.dim() == 2)
    scores = explained.heads.scores_HLM.size  # d_k products make a score, and d_k use its weight
    expected = length * weights + 2 * scores * config.d_k
    assert self_attention_cost(length, config).multiplications == expected


@pytest.mark.parametrize("arch", ["rnn", "birnn", "birnn-attention"])
def test_an_lstm_uses_each_weight_once_a_step(arch: str) -> None:
    config = RecurrentConfig.preset(arch, "tiny", vocabulary=9)
    upper = new_model(config).get_submodule("encoder.1")
    weights = sum(p.numel() for name, p in upper.named_parameters() if "weight" in name)
    assert recurrent_cost(11, config).multiplications == 11 * weights


def test_paths_and_waits_grow_only_in_recurrence() -> None:
    transformer, recurrent = ModelConfig(), RecurrentConfig("rnn")
    for length in (1, 5, 50):
        attention, chain = (
            self_attention_cost(length, transformer),
            recurrent_cost(length, recurrent),
        )
        assert (attention.path, attention.waits) == (1, 1)
        assert (chain.path, chain.waits) == (length, length)


def test_operations_break_even_where_n_is_d() -> None:
    width = 256
    transformer = ModelConfig(d_model=width, heads=8, d_k=32)
    recurrent = RecurrentConfig("rnn", d_state=width)
    for length, sign in ((width - 1, -1), (width, 0), (width + 1, 1)):
        difference = (
            self_attention_cost(length, transformer).operations
            - recurrent_cost(length, recurrent).operations
        )
        assert (difference > 0) - (difference < 0) == sign
