"""Gradients of the encoder against small changes of its input, in every kind of model."""

import copy
import math

import numpy as np
import pytest
import torch

from transformer.analysis.dependence import Dependence
from transformer.analysis.gradients import dependence, top_states
from transformer.checkpoint import new_model
from transformer.config import ARCHITECTURES, ModelConfig, RecurrentConfig
from transformer.tokenizer import END

IDS = (5, 9, 6, 9, 7, END)
EXACT = 1000  # directions: as many as there are


@pytest.fixture(scope="module", params=ARCHITECTURES)
def model(request):
    """Larger weights than a new model's, so that no gradient is nearly 0."""
    torch.manual_seed(3)
    shape = dict(d_model=8, vocabulary=11, max_length=40)
    if request.param == "transformer":
        config = ModelConfig(heads=2, d_k=3, d_ff=12, encoder_layers=2, decoder_layers=1, **shape)
    else:
        config = RecurrentConfig(request.param, d_state=6, **shape)
    made = new_model(config).double().eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
    return made


def embedded(model):
    rows_MD = model.embedding(torch.tensor(IDS)).detach()
    return rows_MD[None] * math.sqrt(model.config.d_model)


def nudged(model, step=1e-5):
    """The norms of all Jacobians from pairs of slightly different inputs, (states, pieces)."""
    rows_1MD = embedded(model)
    pieces, width = rows_1MD.shape[1:]
    steps = step * torch.eye(pieces * width, dtype=rows_1MD.dtype).view(-1, pieces, width)
    with torch.no_grad():
        change = top_states(model, rows_1MD + steps) - top_states(model, rows_1MD - steps)
    change = (change / (2 * step)).view(pieces, width, pieces, -1)
    return change.square().sum((1, 3)).sqrt().T.numpy()


def test_the_copied_layers_compute_what_the_model_does(model) -> None:
    ids, lengths = torch.tensor([IDS]), torch.tensor([len(IDS)])
    with torch.no_grad():
        own = (
            model.encode(ids)
            if model.config.arch == "transformer"
            else model.encode(ids, lengths).states[-1]
        )
    torch.testing.assert_close(top_states(model, embedded(model)), own)


def test_norms_are_those_of_finite_differences(model) -> None:
    found = dependence(model, IDS, probes=EXACT)
    assert found.places == tuple(range(len(IDS)))
    np.testing.assert_allclose(found.norms_LM, nudged(model), rtol=1e-6, atol=1e-9)


def test_few_directions_come_close_and_say_how_close(model) -> None:
    exact = dependence(model, IDS, probes=EXACT)
    few = Dependence(exact.arch, exact.width, exact.places, exact.squares[:4])
    assert exact.curve().error.max() == 0
    off = few.curve().norm / exact.curve().norm - 1
    assert np.abs(off).max() < 6 * few.curve().error.max()


def test_only_two_directions_see_the_words_to_the_right(model) -> None:
    curve = dependence(model, IDS).curve()
    sees_both = model.config.arch != "rnn"
    assert list(curve.distances) == list(range(-5 if sees_both else 0, 6))
    assert curve.at(0) == 1
    assert list(curve.states) == [6 - abs(k) for k in curve.distances]
    assert (curve.low <= curve.mean).all() and (curve.mean <= curve.high).all()
    assert (dependence(model, IDS).norms_LM[0, 1:] > 0).all() == sees_both


def test_a_gain_scales_the_recurrent_weights_and_nothing_else(model) -> None:
    plain, twice = (dependence(model, IDS, gain).squares for gain in (1.0, 2.0))
    np.testing.assert_array_equal(plain, dependence(model, IDS).squares)
    assert np.array_equal(plain, twice) == (model.config.arch == "transformer")
    larger = copy.deepcopy(model)
    with torch.no_grad():
        for name, weight in larger.encoder.named_parameters():
            if "weight_hh" in name:
                weight *= 2
    np.testing.assert_array_equal(dependence(larger, IDS).squares, twice)


def test_the_shared_model_is_left_as_it_was(model) -> None:
    before = copy.deepcopy(model.state_dict())
    dependence(model, IDS, gain=3.0)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(p.grad is None and p.requires_grad for p in model.parameters())
    assert not any(module.training for module in model.modules())


def test_the_rate_is_the_factor_of_a_geometric_fall() -> None:
    away = np.arange(6)[:, None] - np.arange(6)
    falling = np.where(away >= 0, 0.7 ** np.maximum(away, 0), 0.0) ** 2
    curve = Dependence("rnn", 1, tuple(range(6)), falling[None]).curve()
    assert curve.rate == pytest.approx(0.7)
    assert (curve.below(0.4), curve.below(0.1)) == (3, math.inf)
    assert math.isnan(Dependence("rnn", 1, (0, 1), falling[None, :2, :2]).curve().rate)


def test_of_a_long_sentence_some_states_are_measured(model) -> None:
    found = dependence(model, [5] * 20, pairs=99)
    assert found.places == (0, 6, 13, 19)
    assert found.curve().distances.max() == 19
