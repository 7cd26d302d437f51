"""All scores of one head at once: every entry of every matrix computed again in float64."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transformer.analysis.check import Check, largest
from transformer.analysis.softmax import softmax
from transformer.trace import AttentionTrace, Record


@dataclass(frozen=True)
class HeadByHand(Record):
    """softmax(Q K^T / sqrt(d_k)) V of one head, matrix by matrix.

    The model's own matrices, float32: ``key_KM`` is K transposed, as the product needs it. The
    checks compare each of them, in all entries, with the step computed again in float64 from the
    displayed matrices before it.
    """

    query_LK: np.ndarray
    key_KM: np.ndarray
    scores_LM: np.ndarray
    scores: Check
    scale: float
    scaled_scores_LM: np.ndarray
    scaled: Check
    mask_LM: np.ndarray
    weights_LM: np.ndarray
    weights: Check
    value_MK: np.ndarray
    context_LK: np.ndarray
    context: Check


def head_by_hand(trace: AttentionTrace, head: int, query: int = 0, key: int = 0) -> HeadByHand:
    """Recompute Vaswani et al. (2017), equation 1, for a whole ``head``.

    The checks print the entries of ``query`` and ``key``, the one of the context where that query's
    is largest. All three count from 0; raises IndexError if one is not there.
    """
    query_LK, key_KM = trace.query_HLK[head], np.ascontiguousarray(trace.key_HMK[head].T)
    value_MK, scores_LM = trace.value_HMK[head], trace.scores_HLM[head]
    scaled_LM, weights_LM = trace.scaled_scores_HLM[head], trace.weights_HLM[head]
    context_LK, scale = trace.context_HLK[head], float(trace.scale_H[head])
    cell = (query, key)
    return HeadByHand(
        query_LK=query_LK,
        key_KM=key_KM,
        scores_LM=scores_LM,
        scores=Check.of(_float64(query_LK) @ _float64(key_KM), scores_LM, cell),
        scale=scale,
        scaled_scores_LM=scaled_LM,
        scaled=Check.of(_float64(scores_LM) * scale, scaled_LM, cell),
        mask_LM=trace.mask_HLM[head].copy(),
        weights_LM=weights_LM,
        weights=Check.of(softmax(scaled_LM, trace.mask_HLM[head]), weights_LM, cell),
        value_MK=value_MK,
        context_LK=context_LK,
        context=Check.of(
            _float64(weights_LM) @ _float64(value_MK),
            context_LK,
            (query, *largest(context_LK[query])),
        ),
    )


def _float64(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float64)
