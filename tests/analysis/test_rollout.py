"""Attention rollout: half of every step comes through attention, half stays."""

import numpy as np
import pytest

from transformer import Trace
from transformer.analysis.rollout import rollout


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_every_layer_brings_half_of_what_is_still_missing(trace: Trace, layer: int) -> None:
    found_LM = rollout(trace, layer)
    assert found_LM.shape == (len(trace.decoded_LD), len(trace.memory_MD))
    assert found_LM.min() > 0
    np.testing.assert_allclose(found_LM.sum(-1), 1 - 0.5 ** (layer + 1), rtol=1e-5)


def test_the_last_layer_is_the_default(trace: Trace) -> None:
    np.testing.assert_array_equal(rollout(trace), rollout(trace, 2))


def test_one_layer_by_hand(trace: Trace) -> None:
    memory_MM = np.eye(len(trace.memory_MD))
    for weights_HMM in trace.weights("encoder"):
        memory_MM = (np.eye(len(memory_MM)) / 2 + weights_HMM.mean(0) / 2) @ memory_MM
    expected = trace.weights("cross")[0].mean(0) @ memory_MM / 2
    np.testing.assert_allclose(rollout(trace, 0), expected, rtol=1e-5)
