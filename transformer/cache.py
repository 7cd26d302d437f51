"""Decoding piece after piece: what is kept between the steps, and a step through one layer.

A step does what ``DecoderLayer`` does, with its weights, for the last position alone, and nothing
that trains or records. It is written out, call after call: a step reads every weight once, which
pushes all else out of the processor's cache, and each call of a module, a keyword or a function of
Python then comes from memory again. With a function for each sub-layer, and a product each for
queries, keys and values, a step took a third longer. That both give the same logits, edited or
not, is tested wherever a translation is decoded and then traced.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from transformer.attention import KeysValues, attend, fused_attention
from transformer.edits import Edits, change_of
from transformer.projection import factors
from transformer.trace import Kind

Fetch = Callable[[Tensor, Tensor, Tensor, Tensor | None], Tensor]  # query, key, value, mask
Norm = tuple[Sequence[int], Tensor, Tensor, float]  # what torch.layer_norm wants besides the rows


class LayerStep:
    """``DecoderLayer`` for one position a row, with the keys and values it has seen so far."""

    def __init__(self, layer: Any, memory: KeysValues) -> None:
        # Of many rows those of a head are read twice as fast if they lie together.
        self.memory: KeysValues = (memory[0].contiguous(), memory[1].contiguous())
        self.past_B2HLK: Tensor | None = None
        look, ask, think = layer.self_attention, layer.cross_attention, layer.feed_forward
        self.number, self.heads, self.scale = look.layer, look.attention.heads, look.attention.scale
        self.norms = norm_of(look.norm), norm_of(ask.norm), norm_of(think.norm)
        self._matrices = (
            *(layer.joint, look.attention.output),
            *(ask.attention.query, ask.attention.output),
            *(think.expand, think.shrink),
        )

    def expect(self, rows: int) -> None:
        """Find out once how to multiply so many rows."""
        self.multiply, self.factors = factors(rows, *self._matrices)

    def __call__(
        self, x_BD: Tensor, memory_mask_S11M: Tensor | None, edits: Edits, position: int
    ) -> Tensor:
        """The rows after this layer; their keys and values are remembered."""
        look: Fetch = fused_attention  # what ``attend`` calls if nothing is edited
        ask: Fetch = look
        if edits:
            look = partial(self._edited, "decoder", edits, position)
            ask = partial(self._edited, "cross", edits, position)
        multiply, norm, rows, heads = self.multiply, torch.layer_norm, len(x_BD), self.heads
        (shape, gain_1, shift_1, eps), (_, gain_2, shift_2, _), (_, gain_3, shift_3, _) = self.norms
        (joint, _), (looked, _), (query, _), (asked, _), (expand, more), (shrink, less) = (
            self.factors
        )

        new = multiply(norm(x_BD, shape, gain_1, shift_1, eps), joint, None)
        new = new.view(rows, 3, heads, 1, -1)
        past = new.narrow(1, 1, 2)
        if self.past_B2HLK is not None:
            past = torch.cat([self.past_B2HLK, past], 3)
        self.past_B2HLK = past
        key, value = past.unbind(1)
        context = look(new.select(1, 0), key, value, None)
        x_BD = multiply(context.reshape(rows, -1), looked, None).add_(x_BD)

        # As many rows in succession as there are for each sentence look at its memory.
        key, value = self.memory
        new = multiply(norm(x_BD, shape, gain_2, shift_2, eps), query, None)
        new = new.view(key.shape[0], -1, heads, key.shape[3]).transpose(1, 2)
        context = ask(new, key, value, memory_mask_S11M)
        x_BD = multiply(context.transpose(1, 2).reshape(rows, -1), asked, None).add_(x_BD)

        hidden = multiply(norm(x_BD, shape, gain_3, shift_3, eps), expand, more).relu_()
        return multiply(hidden, shrink, less).add_(x_BD)

    def _edited(
        self,
        kind: Kind,
        edits: Edits,
        position: int,
        query_SHGK: Tensor,
        key_SHMK: Tensor,
        value_SHMK: Tensor,
        mask_S11M: Tensor | None,
    ) -> Tensor:
        """What the heads fetch then, (S, H, G, K)."""
        row, keys = range(position, position + 1), key_SHMK.shape[2]
        change = change_of(edits, kind, self.number, self.heads, self.scale, row, keys)
        mask_S1M = None if mask_S11M is None else mask_S11M[:, 0]
        return attend(query_SHGK, key_SHMK, value_SHMK, mask_S1M, change)[0]


class DecoderCache:
    """What decoding steps share, for each decoder layer.

    Of B unfinished translations of S sentences those of one sentence stand in succession, equally
    many for each: its beam. They share its memory.
    """

    def __init__(
        self,
        model: Any,
        memory: Sequence[KeysValues],
        memory_mask_S1M: Tensor | None = None,
        edits: Edits = (),
    ) -> None:
        self.length, self.edits = 0, edits
        self.layers = [LayerStep(*both) for both in zip(model.decoder, memory, strict=True)]
        self.memory_mask_S1M = memory_mask_S1M
        self._pieces, self._positions = model.embedding.weight, model.positions
        self._scale = math.sqrt(self._pieces.shape[1])
        self._norm = norm_of(model.decoder_norm)
        self._embedding, self._rows = model.embedding, 0

    @property
    def memory(self) -> list[KeysValues]:
        """What cross-attention looks at, for each layer: the same at every step."""
        return [layer.memory for layer in self.layers]

    def step(self, ids_B: Tensor) -> Tensor:
        """Logits (B, V) of the piece after ``ids_B``, for the position after those remembered."""
        if len(ids_B) > self._rows:  # a beam has more of them than there are sentences
            self._expect(len(ids_B))
        rows_BD = torch.embedding(self._pieces, ids_B)
        x_BD = torch.add(self._positions[self.length], rows_BD, alpha=self._scale)
        mask_S1M = self.memory_mask_S1M
        mask_S11M = None if mask_S1M is None else mask_S1M[:, None]
        for layer in self.layers:
            x_BD = layer(x_BD, mask_S11M, self.edits, self.length)
        self.length += 1
        return self._multiply(torch.layer_norm(x_BD, *self._norm), *self._scores)

    def _expect(self, rows: int) -> None:
        self._rows = rows
        self._multiply, [self._scores] = factors(rows, self._embedding)
        for layer in self.layers:
            layer.expect(rows)

    def select(self, rows_B: Tensor, sentences_S: Tensor) -> None:
        """Keep these rows, and the memory of these sentences, in this order."""
        self.reorder(rows_B)
        for layer in self.layers:
            key_SHMK, value_SHMK = layer.memory
            layer.memory = key_SHMK[sentences_S], value_SHMK[sentences_S]
        if self.memory_mask_S1M is not None:
            self.memory_mask_S1M = self.memory_mask_S1M[sentences_S]

    def reorder(self, rows_B: Tensor) -> None:
        """Keep these rows, in this order; every sentence has as many as before."""
        for layer in self.layers:
            if layer.past_B2HLK is not None:
                layer.past_B2HLK = layer.past_B2HLK.index_select(0, rows_B)


def norm_of(norm: nn.LayerNorm) -> Norm:
    """``norm`` without its module."""
    return norm.normalized_shape, norm.weight, norm.bias, norm.eps
