"""One row through one sub-layer, in float64: its norm before, the residual sum after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch.nn import LayerNorm

from transformer.analysis.check import Check, largest
from transformer.analysis.stack import Part, Stack
from transformer.trace import Record
from transformer.translator import Translator


@dataclass(frozen=True)
class NormByHand(Record):
    """Layer normalisation of one vector (Ba et al. 2016, equation 4).

    ``mean`` and ``variance`` are taken over the D numbers of the vector itself (the variance
    divides by D); ``standard`` = (before - mean) / sqrt(variance + epsilon); ``normalised`` =
    gain * standard + bias, both learned, one number for each dimension.
    """

    before_D: np.ndarray
    mean: float
    variance: float
    epsilon: float
    standard_D: np.ndarray
    gain_D: np.ndarray
    bias_D: np.ndarray
    normalised_D: np.ndarray
    check: Check


@dataclass(frozen=True)
class ResidualByHand(Record):
    """before + output = after: what one sub-layer adds to the stream of one position."""

    before_D: np.ndarray
    output_D: np.ndarray
    after_D: np.ndarray
    check: Check


def norm_by_hand(
    translator: Translator, read: Stack, layer: int, part: Part, piece: int
) -> NormByHand:
    """The norm in front of a sub-layer, for the row ``piece``; layer and piece from 0."""
    record = read.sublayer(layer, part)
    before_D, model_D = record.residual_before_LD[piece], record.normalised_LD[piece]
    layers = (
        translator.transformer.encoder if read.side == "source" else translator.transformer.decoder
    )
    return layer_norm(getattr(layers[layer], part).norm, before_D, model_D)


def last_norm_by_hand(translator: Translator, read: Stack, piece: int) -> NormByHand:
    """The norm after the last layer, for the row ``piece``."""
    before_D = read.layers[-1].feed_forward.residual_after_LD[piece]
    model = translator.transformer
    norm = model.encoder_norm if read.side == "source" else model.decoder_norm
    return layer_norm(norm, before_D, read.final_LD[piece])


def residual_by_hand(read: Stack, layer: int, part: Part, piece: int) -> ResidualByHand:
    """The residual sum of a sub-layer, for the row ``piece`` (He et al. 2016, equation 1)."""
    record = read.sublayer(layer, part)
    before_D = record.residual_before_LD[piece].astype(np.float64)
    output_D = record.output_LD[piece].astype(np.float64)
    after_D = before_D + output_D
    check = Check.of(after_D, record.residual_after_LD[piece], largest(after_D))
    return ResidualByHand(before_D, output_D, after_D, check)


def layer_norm(norm: LayerNorm, before_D: np.ndarray, model_D: np.ndarray) -> NormByHand:
    """One row (D,) through ``norm`` (Ba et al. 2016, equation 4), beside the model's own."""
    before_D = before_D.astype(np.float64)
    mean, variance = float(before_D.mean()), float(before_D.var())
    standard_D = (before_D - mean) / (variance + norm.eps) ** 0.5
    gain_D, bias_D = (p.detach().double().cpu().numpy() for p in (norm.weight, norm.bias))
    normalised_D = gain_D * standard_D + bias_D
    return NormByHand(
        before_D=before_D,
        mean=mean,
        variance=variance,
        epsilon=norm.eps,
        standard_D=standard_D,
        gain_D=gain_D,
        bias_D=bias_D,
        normalised_D=normalised_D,
        check=Check.of(normalised_D, model_D, largest(normalised_D)),
    )
