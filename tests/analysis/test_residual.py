"""Norms and residual sums computed again, and checks that would notice a wrong number."""

import dataclasses

import numpy as np
import pytest
import torch

from transformer import Translator
from transformer.analysis.residual import last_norm_by_hand, norm_by_hand, residual_by_hand
from transformer.analysis.stack import SIDES, stack


@pytest.fixture(scope="module", params=SIDES)
def read(request, translator: Translator):
    return stack(
        translator.translate("Le chat noir dort.", target="The cat sleeps."), request.param
    )


def test_every_norm_and_sum_of_every_row_agrees(translator: Translator, read) -> None:
    for piece in range(len(read.pieces)):
        assert last_norm_by_hand(translator, read, piece).check.agrees
        for layer in range(len(read.layers)):
            for part in read.parts:
                assert norm_by_hand(translator, read, layer, part, piece).check.agrees
                found = residual_by_hand(read, layer, part, piece)
                assert found.check.agrees and found.check.count == len(found.after_D)


def test_the_steps_of_a_norm_are_those_of_torch(translator: Translator, read) -> None:
    found = norm_by_hand(translator, read, 1, "feed_forward", 1)
    expected = torch.nn.functional.layer_norm(
        torch.tensor(found.before_D),
        found.before_D.shape,
        torch.tensor(found.gain_D),
        torch.tensor(found.bias_D),
        found.epsilon,
    )
    np.testing.assert_allclose(found.normalised_D, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose([found.standard_D.mean(), found.standard_D.var()], [0, 1], atol=1e-3)


def test_one_sub_layer_hands_its_sum_to_the_next(read) -> None:
    for first, second in zip(read.parts, read.parts[1:], strict=False):
        after = residual_by_hand(read, 0, first, 1).after_D
        before = residual_by_hand(read, 0, second, 1).before_D
        np.testing.assert_allclose(after, before, atol=1e-5)


def test_a_falsified_row_turns_the_checks_red(translator: Translator, read) -> None:
    record = read.sublayer(0, "feed_forward")
    changes = {}
    for name in ("normalised_LD", "residual_after_LD"):
        changes[name] = getattr(record, name).copy()
        changes[name][1, 2] += 1e-3
    layer = dataclasses.replace(read.layers[0], feed_forward=dataclasses.replace(record, **changes))
    wrong = dataclasses.replace(read, layers=(layer, *read.layers[1:]))
    assert not norm_by_hand(translator, wrong, 0, "feed_forward", 1).check.agrees
    assert not residual_by_hand(wrong, 0, "feed_forward", 1).check.agrees
    assert norm_by_hand(translator, wrong, 0, "feed_forward", 2).check.agrees
