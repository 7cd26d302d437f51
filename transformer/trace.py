"""The records of one pass through the model; axes are checked when a record is built.

A field's name ends with its axes: L query position, M key position, D model width, H head,
K head width (d_k), F feed-forward width, V vocabulary; S state width, in recurrent models only. In
a ``Trace`` M counts French pieces and L English ones. All arrays are float32 (masks bool), on the
CPU, without a batch axis, read-only.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from transformer.errors import UsageError

Kind = Literal["encoder", "decoder", "cross"]
KINDS: tuple[Kind, ...] = ("encoder", "decoder", "cross")

_AXES = re.compile(r"_([LMDHKFVS]+)$")


def as_record(tensor: Tensor) -> np.ndarray:
    """The first sentence of a batch as an array of its own: float32, or bool for a mask."""
    tensor = tensor[0].detach().cpu()
    return (tensor if tensor.dtype == torch.bool else tensor.float()).numpy().copy()


@dataclass(frozen=True)
class Record:
    """Refuses to be built when two fields disagree about the length of an axis."""

    def __post_init__(self) -> None:
        known: dict[str, tuple[int, str]] = {}
        for field in dataclasses.fields(self):
            axes = _AXES.search(field.name)
            if axes is None:
                continue
            array = getattr(self, field.name)
            if array.ndim != len(axes[1]):
                raise ValueError(
                    f"{field.name}: expected {len(axes[1])} axes, got shape {array.shape}"
                )
            for letter, length in zip(axes[1], array.shape, strict=True):
                expected, other = known.setdefault(letter, (length, field.name))
                if length != expected:
                    raise ValueError(
                        f"{field.name}: axis {letter} is {length}, but {other} has "
                        f"{letter}={expected}"
                    )
            array.flags.writeable = False


@dataclass(frozen=True)
class AttentionTrace(Record):
    """Scaled dot-product attention in every head (Vaswani et al. 2017, section 3.2.1).

    ``scores`` are the raw products of query and key, ``scaled_scores`` the same times ``scale``,
    both before the mask; ``mask`` is true where a query may look; ``weights`` come out of the
    softmax and each of their rows sums to one; ``context`` is weights times value, and goes on to
    W_O times ``gate``. Unless edited, scale is 1/sqrt(d_k), gate is 1, and all heads share a mask.
    """

    query_HLK: np.ndarray
    key_HMK: np.ndarray
    value_HMK: np.ndarray
    scores_HLM: np.ndarray
    scale_H: np.ndarray
    scaled_scores_HLM: np.ndarray
    mask_HLM: np.ndarray
    weights_HLM: np.ndarray
    context_HLK: np.ndarray
    gate_H: np.ndarray


@dataclass(frozen=True)
class AttentionSublayerTrace(Record):
    """One attention sub-layer: norm, heads, W_O, residual sum."""

    residual_before_LD: np.ndarray
    normalised_LD: np.ndarray
    heads: AttentionTrace
    output_LD: np.ndarray
    residual_after_LD: np.ndarray


@dataclass(frozen=True)
class FeedForwardTrace(Record):
    """One feed-forward sub-layer; ``hidden`` is taken after the ReLU."""

    residual_before_LD: np.ndarray
    normalised_LD: np.ndarray
    hidden_LF: np.ndarray
    output_LD: np.ndarray
    residual_after_LD: np.ndarray


@dataclass(frozen=True)
class EncoderLayerTrace:
    self_attention: AttentionSublayerTrace
    feed_forward: FeedForwardTrace


@dataclass(frozen=True)
class DecoderLayerTrace:
    self_attention: AttentionSublayerTrace
    cross_attention: AttentionSublayerTrace
    feed_forward: FeedForwardTrace


@dataclass(frozen=True)
class Trace(Record):
    """One explained pass: everything from the embeddings to the logits.

    ``source_embedding`` and ``target_embedding`` are rows of the embedding matrix times
    sqrt(d_model); ``source_input`` and ``target_input`` have the positions added. Row i of the
    target side has read English pieces up to i - 1 (row 0: ``<s>``) and predicts piece i.
    """

    source_embedding_MD: np.ndarray
    source_input_MD: np.ndarray
    encoder: tuple[EncoderLayerTrace, ...]
    memory_MD: np.ndarray
    target_embedding_LD: np.ndarray
    target_input_LD: np.ndarray
    decoder: tuple[DecoderLayerTrace, ...]
    decoded_LD: np.ndarray
    logits_LV: np.ndarray

    def sublayer(self, kind: Kind, layer: int) -> AttentionSublayerTrace:
        """The attention sub-layer of ``kind`` in ``layer`` (from 0)."""
        if kind == "encoder":
            return self.encoder[layer].self_attention
        if kind == "decoder":
            return self.decoder[layer].self_attention
        return self.decoder[layer].cross_attention

    @property
    def depth(self) -> int:
        """How many sub-layers the logits came through, one after the other."""
        return 2 * len(self.encoder) + 3 * len(self.decoder)

    def layers(self, kind: Kind) -> int:
        """How many layers have attention of ``kind``."""
        return len(self.encoder if kind == "encoder" else self.decoder)

    def weights(self, kind: Kind) -> np.ndarray:
        """Weights of all layers, shape (layers, H, queries, keys)."""
        layers = range(self.layers(kind))
        return np.stack([self.sublayer(kind, layer).heads.weights_HLM for layer in layers])

    def maps(self) -> dict[str, np.ndarray]:
        """All attention weights there are, by kind, as ``weights`` gives them."""
        return {kind: self.weights(kind) for kind in KINDS}


@dataclass(frozen=True)
class ReadingTrace(Record):
    """An encoder layer reading in one direction: row i is its state after piece i.

    Forwards, that state has read pieces 0 to i; backwards, the last one to i.
    """

    state_MS: np.ndarray


@dataclass(frozen=True)
class WritingTrace(Record):
    """A decoder layer: the state and memory cell that the encoder hands over, and its state after
    each piece that it reads (row 0: ``<s>``)."""

    initial_S: np.ndarray
    initial_cell_S: np.ndarray
    state_LS: np.ndarray


@dataclass(frozen=True)
class AdditiveTrace(Record):
    """Additive attention (Bahdanau et al. 2015, section 3.1), in place of heads.

    Row i of the scores, v tanh(W_q state + W_k encoded), asks with the state of the decoder's
    bottom layer before it reads piece i - 1 (row 0: ``<s>``); ``weights`` is their softmax;
    ``context`` is weights times the encoder's top states, both directions joined.
    """

    scores_LM: np.ndarray
    weights_LM: np.ndarray
    context_LS: np.ndarray


@dataclass(frozen=True)
class RecurrentTrace(Record):
    """One pass through a recurrent model, from the embeddings to the logits.

    ``forward`` and ``backward`` have a record for each encoder layer, ``backward`` none where the
    encoder reads in one direction; ``attention`` has one record, or none where there is no
    attention. Rows of the target side are those of a ``Trace``.
    """

    source_embedding_MD: np.ndarray
    forward: tuple[ReadingTrace, ...]
    backward: tuple[ReadingTrace, ...]
    target_embedding_LD: np.ndarray
    decoder: tuple[WritingTrace, ...]
    attention: tuple[AdditiveTrace, ...]
    decoded_LD: np.ndarray
    logits_LV: np.ndarray

    @property
    def depth(self) -> int:
        """How many pieces were read and written, one after the other, before the last logits."""
        return len(self.source_embedding_MD) + len(self.target_embedding_LD)

    def additive(self) -> AdditiveTrace:
        """The attention of the decoder over the encoder; UsageError where there is none."""
        if not self.attention:
            raise UsageError(
                "This recurrent model has no attention: its decoder sees only the encoder's last "
                "state. Choose a model with attention."
            )
        return self.attention[0]

    def weights(self, kind: Kind) -> np.ndarray:
        """As ``Trace.weights``: one layer of one head, in which English looks at French.

        Raises UsageError for the other kinds, and where there is no attention.
        """
        if kind != "cross":
            raise UsageError(
                "A recurrent model has no self-attention: its words are read one after the other. "
                "Choose cross-attention or a Transformer."
            )
        return self.additive().weights_LM[None, None]

    def layers(self, kind: Kind) -> int:
        """How many layers have attention of ``kind``; raises as ``weights``."""
        return len(self.weights(kind))

    def maps(self) -> dict[str, np.ndarray]:
        """As ``Trace.maps``: one layer of one head over the French, or nothing."""
        return {"cross": self.weights("cross")} if self.attention else {}


def flatten(record: Any, prefix: str = "") -> dict[str, np.ndarray]:
    """All arrays below ``record`` by path: ``encoder.0.self_attention.heads.weights_HLM``."""
    if isinstance(record, np.ndarray):
        return {prefix: record}
    if isinstance(record, tuple):
        parts = [(str(i), part) for i, part in enumerate(record)]
    else:
        parts = [(field.name, getattr(record, field.name)) for field in dataclasses.fields(record)]
    found: dict[str, np.ndarray] = {}
    for name, part in parts:
        found |= flatten(part, f"{prefix}.{name}" if prefix else name)
    return found
