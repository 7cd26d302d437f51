"""One side of a translation: its pieces, and their vectors from the embedding to the last norm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from transformer.analysis.view import piece_names
from transformer.tokenizer import BEGIN
from transformer.trace import (
    AttentionSublayerTrace,
    DecoderLayerTrace,
    EncoderLayerTrace,
    FeedForwardTrace,
    Record,
)
from transformer.translator import Translation

Side = Literal["source", "target"]  # the French that the encoder reads, the English of the decoder
SIDES: tuple[Side, ...] = get_args(Side)
Part = Literal["self_attention", "cross_attention", "feed_forward"]  # one sub-layer of a layer
PARTS: tuple[Part, ...] = get_args(Part)  # in the order of computation; no cross in the encoder


@dataclass(frozen=True)
class Stack(Record):
    """What the encoder or the decoder reads, and what its layers make of it.

    ``pieces`` are the labels of the rows, different from each other; those of the decoder begin
    with ``<s>``. ``embedding`` are rows of the embedding matrix times sqrt(d_model), ``input`` has
    the positions added, ``final`` is what the norm after the last layer leaves.
    """

    side: Side
    pieces: tuple[str, ...]
    ids: tuple[int, ...]
    embedding_LD: np.ndarray
    input_LD: np.ndarray
    layers: tuple[EncoderLayerTrace, ...] | tuple[DecoderLayerTrace, ...]
    final_LD: np.ndarray

    @property
    def parts(self) -> tuple[Part, ...]:
        """The sub-layers of every layer, in order."""
        return tuple(part for part in PARTS if hasattr(self.layers[0], part))

    def sublayer(self, layer: int, part: Part) -> AttentionSublayerTrace | FeedForwardTrace:
        """The record of one sub-layer; ``layer`` from 0."""
        return getattr(self.layers[layer], part)

    def states(self) -> np.ndarray:
        """The vectors on their way up, (layers + 3, L, D) in float64.

        In order: embedding, input, after each layer, final.
        """
        after = [layer.feed_forward.residual_after_LD for layer in self.layers]
        states = [self.embedding_LD, self.input_LD, *after, self.final_LD]
        return np.stack(states).astype(np.float64)


def stack(translation: Translation, side: Side) -> Stack:
    """The encoder's side of ``translation`` for "source", the decoder's for "target"."""
    trace = translation.trace
    pieces = piece_names(translation, "encoder" if side == "source" else "decoder")[1]
    if side == "source":
        return Stack(
            side,
            pieces,
            translation.source.ids,
            trace.source_embedding_MD,
            trace.source_input_MD,
            trace.encoder,
            trace.memory_MD,
        )
    return Stack(
        side,
        pieces,
        (BEGIN, *translation.target.ids[:-1]),
        trace.target_embedding_LD,
        trace.target_input_LD,
        trace.decoder,
        trace.decoded_LD,
    )
