"""Why the scores are divided by sqrt(d_k), with numbers drawn at random instead of a model's.

Vaswani et al. (2017, section 3.2.1, footnote 4) assume queries and keys whose numbers are
independent, with mean 0 and variance 1: their product then has mean 0 and variance d_k. Axes of
the arrays here: S draw, W width d_k (one of ``WIDTHS``), R row (one query), M key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from transformer.analysis.softmax import entropy, softmax

Law = Literal["normal", "uniform", "coin"]
LAWS: tuple[Law, ...] = get_args(Law)

WIDTHS = (1, 2, 4, 8, 16, 32, 64, 100, 128, 256, 512, 1024)
ROWS = 500  # queries that `draw_rows` draws
CHUNK = 1 << 20  # numbers drawn at once: 4 MB, whatever is asked for
TAKEN_OVER = 0.9  # of its row's weight: more than this, and one key has taken over the query


@dataclass(frozen=True)
class Products:
    """Products of single numbers, q_1 k_1, and of vectors, q . k, for every width d_k.

    A draw's wider vectors begin with its narrower ones: each dimension adds one more term.
    """

    single_S: np.ndarray
    scores_SW: np.ndarray

    @property
    def scaled_SW(self) -> np.ndarray:
        return divide(self.scores_SW)


@dataclass(frozen=True)
class Spread:
    """Mean and variance of what was drawn, and the standard error of that variance."""

    mean: np.ndarray
    variance: np.ndarray
    error: np.ndarray


@dataclass(frozen=True)
class RowMeasures:
    """What a softmax makes of every row: its largest weight, entropy (bits) and gradient."""

    largest_RW: np.ndarray
    entropy_RW: np.ndarray
    gradient_RW: np.ndarray


def draw_products(draws: int, seed: int, law: Law = "normal") -> Products:
    """``draws`` pairs of vectors with ``max(WIDTHS)`` independent numbers each, and q . k."""
    generator = np.random.default_rng(seed)
    single, scores = [], []
    for count in _chunks(draws, WIDTHS[-1]):
        terms = _draw(generator, law, (count, WIDTHS[-1]))
        terms *= _draw(generator, law, (count, WIDTHS[-1]))
        single.append(terms[:, 0].copy())
        scores.append(_sums(terms))
    return Products(np.concatenate(single), np.concatenate(scores))


def draw_rows(keys: int, seed: int, law: Law = "normal", rows: int = ROWS) -> np.ndarray:
    """Scores of ``rows`` queries for ``keys`` keys each, (R, M, W), before any division."""
    generator = np.random.default_rng(seed)
    scores = []
    for count in _chunks(rows, keys * WIDTHS[-1]):
        query = _draw(generator, law, (count, 1, WIDTHS[-1]))
        scores.append(_sums(_draw(generator, law, (count, keys, WIDTHS[-1])) * query))
    return np.concatenate(scores)


def divide(scores: np.ndarray) -> np.ndarray:
    """Scores, whose last axis is W, each divided by the root of its width."""
    return scores / np.sqrt(WIDTHS)


def spread(values: np.ndarray) -> Spread:
    """Mean, variance and its standard error, over the first axis.

    The error is sqrt((m4 - s^4 (n - 3) / (n - 1)) / n) with the fourth central moment m4 of the
    values themselves (Mood, Graybill and Boes 1974, chapter VI): they need not be normal.
    """
    count = len(values)
    variance = values.var(0, ddof=1)
    fourth = ((values - values.mean(0)) ** 4).mean(0)
    left = fourth - variance**2 * (count - 3) / (count - 1)
    return Spread(values.mean(0), variance, np.sqrt(np.maximum(left, 0.0) / count))


def measure_rows(scores_RMW: np.ndarray) -> RowMeasures:
    """How sharp the rows become, and how much gradient still passes through their softmax."""
    weights_RMW = softmax(scores_RMW, axis=1)
    return RowMeasures(
        largest_RW=weights_RMW.max(1),
        entropy_RW=entropy(weights_RMW, axis=1),
        gradient_RW=softmax_gradient(weights_RMW, axis=1),
    )


def softmax_gradient(weights: np.ndarray, axis: int = -1) -> np.ndarray:
    """Frobenius norm of the softmax's Jacobian diag(p) - p p^T, for the weights p along ``axis``.

    Its square is sum p^2 - 2 sum p^3 + (sum p^2)^2, computed to about 1e-8. It is 0 where one key
    has all the weight: the "extremely small gradients" of Vaswani et al. (2017, section 3.2.1).
    """
    squares = (weights**2).sum(axis)
    return np.sqrt(np.maximum(squares - 2 * (weights**3).sum(axis) + squares**2, 0.0))


def taken_over(measures: RowMeasures) -> np.ndarray:
    """For every width, the share of rows in which one key has more than ``TAKEN_OVER``."""
    return (measures.largest_RW > TAKEN_OVER).mean(0)


def quartiles(values_RW: np.ndarray) -> np.ndarray:
    """The lower quartile, the median and the upper quartile of the rows, (3, W)."""
    return np.percentile(values_RW, (25, 50, 75), axis=0)


def _draw(generator: np.random.Generator, law: Law, shape: tuple[int, ...]) -> np.ndarray:
    """Independent float32 numbers with mean 0 and variance 1."""
    if law == "normal":
        return generator.standard_normal(shape, dtype=np.float32)
    if law == "uniform":  # from -sqrt(3) to sqrt(3)
        return (generator.random(shape, dtype=np.float32) - 0.5) * np.float32(12**0.5)
    return generator.integers(0, 2, shape, dtype=np.int8).astype(np.float32) * 2 - 1


def _sums(terms: np.ndarray) -> np.ndarray:
    """Sums over the first d_k entries of the last axis, for every width: (..., W), float64."""
    parts = np.add.reduceat(terms, (0, *WIDTHS[:-1]), axis=-1)
    return parts.cumsum(-1, dtype=np.float64)


def _chunks(count: int, numbers: int) -> list[int]:
    """``count`` in parts, each of which needs about ``CHUNK`` numbers."""
    size = max(1, CHUNK // numbers)
    return [min(size, count - begin) for begin in range(0, count, size)]
