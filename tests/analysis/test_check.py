"""When two numbers count as the same, and which of many is shown."""

import numpy as np
import pytest

from transformer.analysis.check import Check, largest


def test_the_tolerance_is_relative_above_one() -> None:
    assert Check.of(np.array([1000.005]), np.array([1000.0])).agrees
    assert not Check.of(np.array([1000.02]), np.array([1000.0])).agrees
    assert not Check.of(np.array([0.0, 0.10002]), np.array([0.0, 0.1])).agrees


def test_a_number_may_be_off_by_as_much_as_its_steps() -> None:
    assert not Check.of(-0.5001, -0.5).agrees
    assert Check.of(-0.5001, -0.5, steps=20).agrees
    assert not Check.of(-0.5001, -0.5, steps=5).agrees


def test_all_entries_are_compared_and_one_is_shown() -> None:
    model = np.array([[1.0, 2.0], [3.0, -4.0]])
    assert largest(model) == (1, 1)
    assert Check.of(model, model, (1, 0)) == Check(3, 3, agrees=True, count=4)
    wrong = model + np.array([[0, 0], [0, 1e-3]])
    assert Check.of(wrong, model, (1, 0)) == Check(3, 3, agrees=False, count=4)
    with pytest.raises(IndexError):
        Check.of(model, model, (2, 0))


def test_arrays_of_two_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3,\) and \(1,\)"):
        Check.of(np.zeros(3), np.zeros(1))
