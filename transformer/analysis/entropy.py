"""How spread out a head looks."""

from __future__ import annotations

import numpy as np

from transformer.trace import Kind, Trace


def row_entropy(trace: Trace, kind: Kind) -> np.ndarray:
    """Entropy of every row of weights in bits, (layers, H, queries): 0 where one key has all."""
    weights = trace.weights(kind).astype(np.float64)
    logarithms = np.log2(weights, out=np.zeros_like(weights), where=weights > 0)
    return -(weights * logarithms).sum(-1)
