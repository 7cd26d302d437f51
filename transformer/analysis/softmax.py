"""The softmax in float64, and how spread out the weights are that it leaves."""

from __future__ import annotations

import numpy as np

from transformer.trace import Kind, Trace


def softmax(scores: np.ndarray, mask: np.ndarray | bool = True, axis: int = -1) -> np.ndarray:
    """e^score over the sum of those that ``mask`` lets through along ``axis``; the others get 0.

    At least one must be let through. The largest is taken off first: softmax does not change, and
    nothing overflows.
    """
    seen = np.where(mask, scores.astype(np.float64), -np.inf)
    exponentials = np.exp(seen - seen.max(axis, keepdims=True))
    return exponentials / exponentials.sum(axis, keepdims=True)


def entropy(weights: np.ndarray, axis: int = -1) -> np.ndarray:
    """Entropy of weights along ``axis`` in bits: 0 where one key has all (Shannon 1948, sec. 6)."""
    weights = weights.astype(np.float64)
    logarithms = np.log2(weights, out=np.zeros_like(weights), where=weights > 0)
    return np.abs((weights * logarithms).sum(axis))  # the sum of what is never above 0


def row_entropy(trace: Trace, kind: Kind) -> np.ndarray:
    """Entropy of every row of weights in bits, (layers, H, queries)."""
    return entropy(trace.weights(kind))
