"""Sampling draws from the model's own probabilities; cold, it is greedy search."""

import numpy as np
import pytest
import torch

from transformer import UsageError
from transformer.decoding import draw, greedy_search, sample
from transformer.tokenizer import END

SOURCES = [[5, 6, 7, 8, 9, END], [4, END], [10, 9, 4, END], [7, 7, 7, 7, 7, 7, 7, 7, END]]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cold_sampling_is_greedy_search(make_model, seed: int) -> None:
    model = make_model(seed)
    for drawn in range(3):
        assert sample(model, SOURCES, 1e-5, drawn) == greedy_search(model, SOURCES)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_every_piece_is_drawn_as_often_as_its_probability_says(temperature: float) -> None:
    logits_BV = torch.randn(2, 7, generator=torch.Generator().manual_seed(3))
    logits_BV[0, 2] = -torch.inf
    rows_BV = logits_BV.log_softmax(-1)
    count = 1000
    drawn_NB = torch.stack([draw(rows_BV, temperature, (n + 0.5) / count) for n in range(count)])
    powers_BV = rows_BV.exp() ** (1 / temperature)
    for row, powers_V in enumerate(powers_BV):
        shares = torch.bincount(drawn_NB[:, row], minlength=7) / count
        torch.testing.assert_close(shares, powers_V / powers_V.sum(), atol=1 / count, rtol=0)


@pytest.mark.parametrize("uniform", [0.0, float(np.nextafter(1, 0))])
def test_no_draw_is_impossible(uniform: float) -> None:
    rows_BV = torch.tensor([[-torch.inf, 0.0, -torch.inf], [-0.7, -torch.inf, -0.7]])
    ids = draw(rows_BV, 1.0, uniform)
    assert rows_BV.gather(1, ids[:, None]).isfinite().all()


def test_a_batch_samples_what_one_by_one_samples(make_model) -> None:
    model = make_model(2)
    together = sample(model, SOURCES, 1.3, seed=4)
    for source, found in zip(SOURCES, together, strict=True):
        [alone] = sample(model, [source], 1.3, seed=4)
        assert alone.ids == found.ids
        assert alone.log_probability == pytest.approx(found.log_probability, abs=1e-4)
    assert together == sample(model, SOURCES, 1.3, seed=4) != sample(model, SOURCES, 1.3, seed=5)


def test_the_log_probability_is_the_model_s_own_at_every_temperature(make_model) -> None:
    model, source = make_model(1), SOURCES[0]
    for temperature in (0.3, 1.0, 3.0):
        [found] = sample(model, [source], temperature, seed=1)
        logits = torch.tensor(model.trace(source, found.ids).logits_LV)
        pieces = logits.log_softmax(-1)[range(len(found.ids)), list(found.ids)]
        assert found.log_probability == pytest.approx(float(pieces.sum()), abs=1e-3)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_an_impossible_temperature_is_refused(make_model, temperature: float) -> None:
    with pytest.raises(UsageError, match="above 0"):
        sample(make_model(), SOURCES, temperature)
