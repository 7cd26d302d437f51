"""Attention of all layers multiplied: how much of each French piece has reached a row.

Attention rollout (Abnar and Zuidema 2020, section 3) takes one layer as A = (W + 1) / 2, with W the
mean of the heads' weights and the identity 1 for the residual stream, and multiplies all layers.
They roll out an encoder. The way through the decoder is ours, by the same rule: each self-attention
leaves half of a row as it is and takes half from the rows it looks at; each cross-attention leaves
half and takes half from the memory, whose own rollout says what French it is made of.
"""

from __future__ import annotations

import numpy as np

from transformer.trace import Trace


def rollout(trace: Trace, layer: int | None = None) -> np.ndarray:
    """The share of each French piece in each row after decoder ``layer`` (None: the last), (L, M).

    What is missing in a row to one comes from the English: 0.5 to the power of the number of
    decoder layers, in every row of every sentence, as each cross-attention counts for one half.
    ``layer`` counts from 0.
    """
    layers = trace.layers("cross") if layer is None else layer + 1
    memory_MM = np.eye(len(trace.memory_MD))
    for n in range(trace.layers("encoder")):
        memory_MM = _half(memory_MM, trace.sublayer("encoder", n).heads.weights_HLM, memory_MM)
    found_LM = np.zeros((len(trace.decoded_LD), len(memory_MM)))  # at first all English
    for n in range(layers):
        found_LM = _half(found_LM, trace.sublayer("decoder", n).heads.weights_HLM, found_LM)
        found_LM = _half(found_LM, trace.sublayer("cross", n).heads.weights_HLM, memory_MM)
    return found_LM


def _half(kept: np.ndarray, weights_HLM: np.ndarray, source: np.ndarray) -> np.ndarray:
    """One attention and the residual stream around it, each counted as one half."""
    return (kept + weights_HLM.mean(0) @ source) / 2
