"""Calibration: bins by hand, a model that knows its odds has no error, temperature is Guo's."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from transformer import Translator
from transformer.analysis.calibration import (
    TEMPERATURES,
    after_the_reference,
    calibration_error,
    in_reference,
    of_own_output,
    reliability,
)
from transformer.data import Pair
from transformer.loss import dev_loss

ODDS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def test_bins_by_hand() -> None:
    sure, right = np.array([0.1, 0.2, 0.9, 1.0]), np.array([False, True, True, True])
    assert reliability(sure, right, 2) == (
        (0.5, 2, pytest.approx(0.15), 0.5),
        (1.0, 2, pytest.approx(0.95), 1.0),
    )
    assert calibration_error(sure, right, 2) == pytest.approx((2 * 0.35 + 2 * 0.05) / 4)


@given(ODDS)
def test_bins_hold_every_piece_once_and_more_bins_find_no_less(odds: list) -> None:  # type: ignore[type-arg]
    sure, right = np.array([p for p, _ in odds]), np.array([one for _, one in odds])
    found = reliability(sure, right)
    assert sum(bin.pieces for bin in found) == len(odds)
    assert abs(sure.mean() - right.mean()) - 1e-9 <= calibration_error(sure, right, 1)
    assert (
        calibration_error(sure, right, 5) <= calibration_error(sure, right, 15) + 1e-9 <= 1 + 1e-9
    )


def test_who_knows_the_odds_has_no_error() -> None:
    draw = np.random.default_rng(1)
    sure = draw.random(100_000)
    right = draw.random(100_000) < sure
    assert calibration_error(sure, right) < 0.01
    assert calibration_error(sure**0.5, right) > 0.1


def test_a_piece_counts_as_often_as_the_reference_has_it() -> None:
    assert in_reference([5, 5, 7, 9, 5], [5, 9, 5, 3]) == [True, True, False, True, False]


def test_teacher_forced_losses_are_those_of_training(
    translator: Translator, pairs: list[Pair]
) -> None:
    found = after_the_reference(translator, pairs[:40])
    expected = dev_loss(translator.model, translator.tokenizer, pairs[:40])
    assert found.loss() == pytest.approx(expected, abs=1e-4)
    assert 1.0 in TEMPERATURES
    assert found.loss(found.best_temperature()) == found.loss_T.min() <= found.loss()
    assert np.all(np.diff(found.confidence_TN, axis=0) <= 1e-6), "hotter is less sure"


def test_what_is_right_and_sure_is_what_a_trace_says(
    translator: Translator, pairs: list[Pair]
) -> None:
    french, english = pairs[0]
    logits_LV = torch.tensor(translator.translate(french, target=english).record.logits_LV)
    reference = torch.tensor(translator.tokenizer.encode(english).ids)
    found = after_the_reference(translator, pairs[:1])
    np.testing.assert_array_equal(found.right_N, (logits_LV.argmax(-1) == reference).numpy())
    best_L = logits_LV.softmax(-1).amax(-1)
    np.testing.assert_allclose(found.confidence_N(), best_L, atol=1e-5)

    own = translator.translate(french, beam_size=1)
    written = of_own_output(translator, pairs[:1])
    np.testing.assert_allclose(
        written.confidence_N(), [step.probability for step in own.search.steps[:-1]], atol=1e-5
    )
    assert written.right_N.tolist() == in_reference(own.target.ids, reference.tolist())[:-1]
