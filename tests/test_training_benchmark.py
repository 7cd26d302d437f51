"""Training beside torch.nn.Transformer: one shape, little padding, and all that is reported."""

from itertools import islice

import numpy as np
import pytest
import torch

from transformer import ModelConfig, TrainConfig, UsageError, training_benchmark
from transformer.__main__ import main
from transformer.checkpoint import TOKENIZER, new_model
from transformer.data import CHUNK_PAIRS, TrainingBatches, group_by_length, make_batch
from transformer.loss import token_loss
from transformer.results import load_results
from transformer.tokenizer import END, Tokenizer
from transformer.training_benchmark import (
    BASELINE,
    CASES,
    OURS,
    Pace,
    TorchTransformer,
    gain,
    in_any_order,
    made_up_pairs,
    of_case,
)
from transformer.translator import MODELS


@pytest.mark.parametrize("size", ["tiny", "5m"])
def test_both_networks_are_of_one_size_but_for_biases_of_attention(size):
    shape = ModelConfig.preset(size)
    count = [
        sum(p.numel() for p in n.parameters()) for n in (new_model(shape), TorchTransformer(shape))
    ]
    attentions = shape.encoder_layers + 2 * shape.decoder_layers
    assert count[1] - count[0] == attentions * 4 * shape.d_model


def test_the_network_of_torch_ignores_padding_and_the_future():
    torch.manual_seed(1)
    network = TorchTransformer(ModelConfig.preset("tiny", vocabulary=20)).eval()
    short = make_batch([[5, 6, END]], [[7, 8, END]])
    longer = make_batch([[5, 6, END], [9] * 6 + [END]], [[7, 8, END], [9] * 6 + [END]])
    decoded = [network(b.source_BM, b.lengths_B, b.target_in_BL)[0, :3] for b in (short, longer)]
    torch.testing.assert_close(*decoded)
    token_loss(network, longer).backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_a_shape_that_torch_cannot_have_is_refused():
    with pytest.raises(UsageError, match="d_model"):
        TorchTransformer(ModelConfig.preset("tiny", d_k=5))


def test_any_order_has_the_same_pairs_in_as_many_batches():
    random = np.random.default_rng(1)
    sides = [[[1] * n for n in random.integers(1, 40, 300)] for _ in range(2)]
    groups = in_any_order(*sides, 400)
    assert len(groups) == len(group_by_length(*sides, 400))
    assert sorted(i for group in groups for i in group) == list(range(300))
    assert {len(group) for group in groups} <= {300 // len(groups), 300 // len(groups) + 1}


@pytest.fixture(scope="module")
def shipped():
    return Tokenizer.load(MODELS / "small" / TOKENIZER)


def test_less_than_8_percent_is_padding(shipped):
    corpora = {"a": made_up_pairs(CHUNK_PAIRS)}
    config = TrainConfig(mix=(("a", 1.0),))
    batches = [b for _, _, b in islice(TrainingBatches(corpora, shipped, config).stream(), 150)]
    assert 0 < 1 - sum(b.pieces for b in batches) / sum(b.places for b in batches) < 0.08


def test_the_command_reports_speed_padding_and_waiting(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(training_benchmark, "MADE_UP", 400)
    out = tmp_path / "training.json"
    line = ["benchmark", "training", "--size", "tiny", "--tokens", "800", "--device", "cpu"]
    assert main([*line, "--rounds", "2", "--seconds", "0.05", "--out", str(out)]) == 0
    _machine, results = load_results(out, Pace, "training")
    assert [pace[:3] for pace in results] == [
        (*case, number) for number in (1, 2) for case in CASES
    ]
    assert all(0 <= pace.waiting < pace.seconds and pace.steps and pace.pieces for pace in results)
    longest, sorted_ = (of_case(results, case)[0].padding for case in (BASELINE, OURS))
    assert sorted_ < longest / 2
    printed = capsys.readouterr().out
    assert "waiting" in printed and f"{gain(results):.2f} x" in printed


def test_the_gain_is_the_median_of_the_rounds_ratios():
    def pace(case, number, pieces):
        return Pace(*case, number, 1, pieces, 0.1, 1.0, 0.0)

    results = [pace(OURS, n, 100 * n) for n in (1, 2, 3)]
    results += [pace(BASELINE, n, slow) for n, slow in ((1, 50), (2, 50), (3, 100))]
    assert gain(results) == 3


@pytest.mark.parametrize("wrong", [("--rounds", "0"), ("--seconds", "0"), ("--size", "huge")])
def test_what_cannot_be_measured_is_refused(wrong):
    assert main(["benchmark", "training", *wrong]) == 2
