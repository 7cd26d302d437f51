"""How much cross-attention really brings from each French piece: lengths instead of weights.

A weight says nothing of the vector that it multiplies. What a head adds to the residual sum for key
m is weight x value x W_O, and its length can be small where the weight is large, as for ``</s>``
(Kobayashi et al. 2020, section 3).
"""

from __future__ import annotations

import numpy as np

from transformer.analysis.check import Check, largest
from transformer.trace import Trace
from transformer.translator import Translator


def summed_norms(translator: Translator, trace: Trace, layer: int) -> np.ndarray:
    """Lengths of what all heads together add for each key, (L, M): they may cancel each other."""
    return np.linalg.norm(added(translator, trace, layer), axis=-1)


def added(translator: Translator, trace: Trace, layer: int, head: int | None = None) -> np.ndarray:
    """What ``head`` (None: all of them together) adds to the residual sum for each key, (L, M, D).

    Added up over the keys of a row, for all heads, that is the output of the sub-layer. A head
    whose gate is closed adds nothing.
    """
    heads = trace.sublayer("cross", layer).heads
    output_DW = translator.projections("cross", layer)["output"]
    output_DHK = output_DW.reshape(len(output_DW), len(heads.value_HMK), -1)
    gated_HMK = heads.value_HMK * heads.gate_H[:, None, None]
    chosen = slice(None) if head is None else slice(head, head + 1)
    added_HMD = np.einsum("hmk,dhk->hmd", gated_HMK[chosen], output_DHK[:, chosen])
    return np.einsum("hlm,hmd->lmd", heads.weights_HLM[chosen], added_HMD)


def adds_up(translator: Translator, trace: Trace, layer: int) -> Check:
    """Whether what all heads add for all keys makes the output that the model recorded."""
    sublayer = trace.sublayer("cross", layer)
    output_LD, heads = sublayer.output_LD, len(sublayer.heads.gate_H)
    again_LD = added(translator, trace, layer).astype(np.float64).sum(1)
    return Check.of(again_LD, output_LD, largest(output_LD), steps=heads)
