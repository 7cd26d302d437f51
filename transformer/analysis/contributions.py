"""Direct logit attribution: what each head and each sub-layer adds to the score of one piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from transformer.analysis.check import Check
from transformer.trace import Kind, Record
from transformer.translator import Translation, Translator

Measure = Literal["logit", "lead"]  # of the written piece; over the runner-up
MEASURES: tuple[Measure, ...] = get_args(Measure)


@dataclass(frozen=True)
class Contributions(Record):
    """The parts that one logit is the sum of, or the lead of one logit over another.

    The residual stream is a sum: the decoder's input plus the output of every sub-layer, and the
    output of an attention is a sum over its heads, each through its own columns of W_O. The last
    LayerNorm takes the mean off, divides by the standard deviation and multiplies by the gain: with
    ``deviation`` kept as it was in this pass, that is linear too, so that every part can be sent
    through it alone (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits").
    ``start`` is the embedding with its position, ``bias`` the norm's; N counts decoder layers.
    ``written`` and ``runner_up`` are ids: the piece that was written, and the likeliest other one.
    """

    written: int
    runner_up: int
    deviation: float
    start: float
    decoder_NH: np.ndarray
    cross_NH: np.ndarray
    feed_forward_N: np.ndarray
    bias: float
    check: Check

    def sublayers(self) -> np.ndarray:
        """(3 layers + 2,): start, then self-attention, cross-attention and feed-forward of each
        layer in turn, then bias; they add up to what is explained."""
        parts = (self.decoder_NH.sum(1), self.cross_NH.sum(1), self.feed_forward_N)
        return np.concatenate([[self.start], np.stack(parts, axis=1).ravel(), [self.bias]])


def contributions(
    translator: Translator, translation: Translation, step: int, measure: Measure = "logit"
) -> Contributions:
    """Take the logit of the piece written at ``step`` (from 0) apart, in float64.

    With ``measure`` "lead", its distance to the logit of the likeliest other piece. Raises
    UsageError for a recurrent model.
    """
    trace, norm = translation.trace, translator.transformer.decoder_norm
    written, model_V = translation.target.ids[step], trace.logits_LV[step]
    runner_up = next(int(id) for id in np.argsort(-model_V) if id != written)
    rows = translator.embedding_rows([written, runner_up]).astype(np.float64)
    towards_D, model = rows[0], float(model_V[written])
    if measure == "lead":
        towards_D, model = rows[0] - rows[1], model - float(model_V[runner_up])
    gain_D, bias_D = (p.detach().double().cpu().numpy() for p in (norm.weight, norm.bias))
    last_D = trace.decoder[-1].feed_forward.residual_after_LD[step].astype(np.float64)
    deviation = float(np.sqrt(last_D.var() + norm.eps))
    read_D = gain_D * towards_D / deviation
    read_D = read_D - read_D.mean()  # the mean is taken off the parts: the same product, once

    layers = range(len(trace.decoder))
    found = {
        kind: np.stack([head_outputs(translator, translation, kind, n, step) for n in layers])
        @ read_D
        for kind in ("decoder", "cross")
    }
    forward_ND = np.stack([layer.feed_forward.output_LD[step] for layer in trace.decoder])
    start = float(trace.target_input_LD[step].astype(np.float64) @ read_D)
    bias = float(bias_D @ towards_D)
    feed_forward_N = forward_ND.astype(np.float64) @ read_D
    total = start + sum(part.sum() for part in (*found.values(), feed_forward_N)) + bias
    return Contributions(
        written=written,
        runner_up=runner_up,
        deviation=deviation,
        start=start,
        decoder_NH=found["decoder"],
        cross_NH=found["cross"],
        feed_forward_N=feed_forward_N,
        bias=bias,
        check=Check.of(total, model),
    )


def head_outputs(
    translator: Translator, translation: Translation, kind: Kind, layer: int, row: int
) -> np.ndarray:
    """What each head adds to the residual stream of one row, (H, D), in float64.

    Their sum is the sub-layer's output: W_O has no bias, and a head uses d_k columns of it.
    """
    heads = translation.trace.sublayer(kind, layer).heads
    context_HK = heads.context_HLK[:, row].astype(np.float64) * heads.gate_H[:, None]
    joining_DW = translator.projections(kind, layer)["output"].astype(np.float64)
    joining_DHK = joining_DW.reshape(len(joining_DW), *context_HK.shape)
    return np.einsum("dhk,hk->hd", joining_DHK, context_HK)
