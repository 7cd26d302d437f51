"""The loss by hand is the trainer's."""

import math

import numpy as np
import pytest
import torch

from transformer import Translator
from transformer.analysis.loss_by_hand import loss_by_hand, lowest_loss, trainer_loss
from transformer.checkpoint import new_model
from transformer.config import RecurrentConfig
from transformer.tokenizer import Tokenizer

PAIR = ("L'homme cherche la fenêtre.", "The man looks for the window.")


@pytest.fixture(params=["transformer", "rnn", "birnn-attention"])
def any_translator(
    request: pytest.FixtureRequest, translator: Translator, tokenizer: Tokenizer
) -> Translator:
    if request.param == "transformer":
        return translator
    torch.manual_seed(1)
    config = RecurrentConfig.preset(request.param, "tiny", vocabulary=len(tokenizer))
    return Translator(new_model(config), tokenizer)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_it_is_what_the_trainer_makes_smaller(any_translator: Translator, smoothing: float) -> None:
    translation = any_translator.translate(PAIR[0], target=PAIR[1])
    found = loss_by_hand(any_translator, translation, smoothing)
    trainer = trainer_loss(any_translator, translation, smoothing)
    assert found.loss.agrees
    assert found.losses_L.mean() == pytest.approx(trainer, abs=1e-5)


def test_without_smoothing_only_the_right_piece_counts(translator: Translator) -> None:
    translation = translator.translate(PAIR[0], target=PAIR[1])
    found = loss_by_hand(translator, translation, 0.0)
    np.testing.assert_array_equal(found.losses_L, found.surprises_L)
    probabilities = [step.probability for step in translation.search.steps]
    np.testing.assert_allclose(found.probabilities_L, probabilities)
    assert found.perplexity == pytest.approx(np.prod(probabilities) ** (-1 / len(probabilities)))
    assert found.surprises_L[found.worst] == found.surprises_L.max()


def test_the_lowest_loss_is_that_of_the_smoothed_target_itself() -> None:
    vocabulary, smoothing = 7, 0.1
    target = torch.full((vocabulary,), smoothing / vocabulary, dtype=torch.float64)
    target[3] += 1 - smoothing
    lowest = torch.nn.functional.cross_entropy(
        target.log()[None], torch.tensor([3]), label_smoothing=smoothing
    )
    assert lowest_loss(vocabulary, smoothing) == pytest.approx(float(lowest))
    assert lowest_loss(vocabulary, 0.0) == 0
    assert math.isfinite(lowest_loss(8000, 0.1))
