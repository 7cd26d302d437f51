"""One row of one head computed again in float64, each step from the displayed parts before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transformer.analysis.check import Check, largest
from transformer.trace import AttentionSublayerTrace, Record


@dataclass(frozen=True)
class ScoreByHand(Record):
    """How one query scores one key, and what becomes of the query's whole row.

    Arrays are float64 and in the order of computation: products of query and key; the row's raw
    and scaled scores; their exponentials (the largest score, ``shift``, taken off first: softmax
    does not change, and nothing overflows; masked keys give 0); weights; contributions of each
    value to the context; the contexts of all heads; the output after W_O.
    """

    query_K: np.ndarray
    key_K: np.ndarray
    products_K: np.ndarray
    score: Check
    scale: float
    scaled: Check
    scores_M: np.ndarray
    scaled_scores_M: np.ndarray
    mask_M: np.ndarray
    shift: float
    exponentials_M: np.ndarray
    total: float
    weights_M: np.ndarray
    weight: Check
    contributions_MK: np.ndarray
    context_K: np.ndarray
    context: Check
    contexts_HK: np.ndarray
    output_D: np.ndarray
    output: Check


def score_by_hand(
    sublayer: AttentionSublayerTrace, output_weight: np.ndarray, head: int, query: int, key: int
) -> ScoreByHand:
    """Recompute Vaswani et al. (2017), equation 1, for one query of one head (all from 0).

    ``output_weight`` is W_O as PyTorch stores it, (d_model, heads * d_k). Raises IndexError for a
    head, query or key that is not there.
    """
    trace = sublayer.heads
    query_K = trace.query_HLK[head, query].astype(np.float64)
    key_K = trace.key_HMK[head, key].astype(np.float64)
    products_K = query_K * key_K
    scores_M = trace.scores_HLM[head, query].astype(np.float64)
    scaled_M = trace.scaled_scores_HLM[head, query].astype(np.float64)
    scale = float(trace.scale_H[head])
    mask_M = trace.mask_HLM[head, query]
    shift = float(scaled_M[mask_M].max())
    exponentials_M = np.where(mask_M, np.exp(scaled_M - shift), 0.0)
    total = float(exponentials_M.sum())
    weights_M = trace.weights_HLM[head, query].astype(np.float64)
    contributions_MK = weights_M[:, None] * trace.value_HMK[head].astype(np.float64)
    context_K = contributions_MK.sum(0)
    contexts_HK = trace.context_HLK[:, query].astype(np.float64)
    gated_HK = trace.gate_H[:, None] * contexts_HK
    output_D = output_weight.astype(np.float64) @ gated_HK.reshape(-1)
    return ScoreByHand(
        query_K=query_K,
        key_K=key_K,
        products_K=products_K,
        score=Check.of(products_K.sum(), scores_M[key]),
        scale=scale,
        scaled=Check.of(scores_M * scale, scaled_M, key),
        scores_M=scores_M,
        scaled_scores_M=scaled_M,
        mask_M=mask_M.copy(),
        shift=shift,
        exponentials_M=exponentials_M,
        total=total,
        weights_M=weights_M,
        weight=Check.of(exponentials_M / total, weights_M, key),
        contributions_MK=contributions_MK,
        context_K=context_K,
        context=Check.of(context_K, contexts_HK[head], largest(context_K)),
        contexts_HK=contexts_HK,
        output_D=output_D,
        output=Check.of(
            output_D, sublayer.output_LD[query], largest(output_D), steps=len(contexts_HK)
        ),
    )
