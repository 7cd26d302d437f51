"""The simulation obeys the theory within its standard errors; the gradient is autograd's."""

import math

import numpy as np
import pytest
import torch

from transformer.analysis.scaling import (
    LAWS,
    TAKEN_OVER,
    WIDTHS,
    divide,
    draw_products,
    draw_rows,
    measure_rows,
    quartiles,
    softmax,
    softmax_gradient,
    spread,
    taken_over,
)

DRAWS, SEED, ERRORS = 20_000, 7, 4


@pytest.fixture(scope="module", params=LAWS)
def law(request):
    return request.param


@pytest.fixture(scope="module")
def products(law):
    return draw_products(DRAWS, SEED, law)


@pytest.mark.parametrize("width", [2, 16, 64, 256])
def test_the_variance_of_a_score_is_its_width(products, width) -> None:
    found = spread(products.scores_SW[:, WIDTHS.index(width)])
    assert abs(found.variance - width) < ERRORS * found.error
    assert abs(found.mean) < ERRORS * (width / DRAWS) ** 0.5
    assert 0 < found.error < 0.05 * width


def test_after_the_division_it_is_one_for_every_width(products, law) -> None:
    found = spread(products.scaled_SW)
    allowed = ERRORS * found.error + 1e-3  # the square of one coin is always 1: it has no error
    assert (np.abs(found.variance - 1) < allowed).all()


def test_single_products_have_mean_zero_and_variance_one(products) -> None:
    found = spread(products.single_S)
    assert abs(found.mean) < ERRORS * DRAWS**-0.5
    assert abs(found.variance - 1) < ERRORS * found.error + 1e-3


def test_the_first_score_is_the_single_product(products) -> None:
    np.testing.assert_array_equal(products.scores_SW[:, 0], products.single_S)


def test_the_same_seed_gives_the_same_numbers(law) -> None:
    for draw in (lambda seed: draw_products(3000, seed, law).scores_SW, lambda s: draw_rows(5, s)):
        np.testing.assert_array_equal(draw(3), draw(3))
        assert not np.array_equal(draw(3), draw(4))


def test_the_scores_of_a_row_have_the_variance_of_their_width(law) -> None:
    scores_RMW = draw_rows(4, SEED, law, rows=2000)
    assert scores_RMW.shape == (2000, 4, len(WIDTHS))
    found = spread(scores_RMW[:, 0])
    allowed = ERRORS * found.error + 1e-3 * np.array(WIDTHS)
    assert (np.abs(found.variance - WIDTHS) < allowed).all()


def test_a_sum_over_dimensions_is_cut_at_every_width() -> None:
    """Coins: every term is -1 or 1, so that a sum has the parity of its width and is no larger."""
    scores_SW = draw_products(500, 1, "coin").scores_SW
    assert (np.abs(scores_SW) <= WIDTHS).all()
    assert ((scores_SW - WIDTHS) % 2 == 0).all()


def test_the_standard_error_is_that_of_many_repetitions() -> None:
    """Of heavy-tailed products, too: where the formula for normal values would give half."""
    generator = np.random.default_rng(1)
    values = generator.standard_normal((500, 2000)) * generator.standard_normal((500, 2000))
    found = spread(values)
    assert found.variance.std() == pytest.approx(found.error.mean(), rel=0.1)


@pytest.mark.parametrize("sharpness", [0, 0.5, 3, 20])
def test_the_gradient_is_the_norm_of_autograds_jacobian(sharpness) -> None:
    scores = torch.randn(6, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    scores = scores * sharpness
    jacobian = torch.autograd.functional.jacobian(lambda s: s.softmax(-1), scores)
    weights = softmax(scores.numpy())
    assert softmax_gradient(weights) == pytest.approx(float(jacobian.norm()), abs=1e-8)
    np.testing.assert_allclose(weights, scores.softmax(-1).numpy(), atol=1e-15)


def test_rows_are_measured_between_one_key_and_all_alike() -> None:
    scores_RMW = np.zeros((1, 4, 2))
    scores_RMW[0, 2, 1] = 800
    measures = measure_rows(scores_RMW)
    assert measures.largest_RW[0] == pytest.approx([0.25, 1])
    assert measures.entropy_RW[0] == pytest.approx([2, 0])
    assert measures.gradient_RW[0] == pytest.approx([math.sqrt(3) / 4, 0])
    assert taken_over(measures).tolist() == [0, 1]


def test_only_the_division_keeps_keys_from_taking_over() -> None:
    scores = draw_rows(10, SEED)
    raw, scaled = taken_over(measure_rows(scores)), taken_over(measure_rows(divide(scores)))
    assert raw[-1] > 0.8 and scaled.max() < 0.05
    largest = quartiles(measure_rows(scores).largest_RW)
    assert (np.diff(largest, axis=0) >= 0).all()
    assert ((largest[1] > TAKEN_OVER) == (raw > 0.5)).all()
