"""Decoding piece after piece: what is kept between the steps, and a step through one layer.

A step does what ``DecoderLayer`` does, with its weights, for the last position alone, and nothing
that trains or records. It is written out because some twenty module calls a layer took half of the
time of a greedy translation. That both give the same logits, edited or not, is tested wherever a
translation is decoded and then traced.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from transformer.attention import KeysValues, attend
from transformer.edits import Change, Edits, change_of


class AttentionStep:
    """``AttentionSublayer`` for one position a row."""

    def __init__(self, sublayer: Any, rows: int) -> None:
        attention = sublayer.attention
        self.kind, self.layer = sublayer.kind, sublayer.layer
        self.heads, self.scale = attention.heads, attention.scale
        self.unchanged = Change(self.heads, self.scale)
        self.norm = norm_of(sublayer.norm)
        self.query, self.key = attention.query.product(rows), attention.key.product(rows)
        self.value, self.output = attention.value.product(rows), attention.output.product(rows)

    def keys_values(self, normalised_BD: Tensor) -> KeysValues:
        """Both (B, H, 1, K)."""
        rows, key, value = len(normalised_BD), self.key(normalised_BD), self.value(normalised_BD)
        return self._split(key, rows), self._split(value, rows)

    def __call__(
        self,
        x_BD: Tensor,
        normalised_BD: Tensor,
        keys_values: KeysValues,
        mask_S1M: Tensor | None,
        edits: Edits,
        position: int,
    ) -> Tensor:
        """x + what its rows, all at ``position``, fetch from ``keys_values``.

        As many rows in succession as there are for each of the ``keys_values`` look at the same.
        """
        change = self.unchanged
        if edits:
            row, keys = range(position, position + 1), keys_values[0].shape[2]
            change = change_of(edits, self.kind, self.layer, self.heads, self.scale, row, keys)
        query_SHGK = self._split(self.query(normalised_BD), len(keys_values[0]))
        context_SHGK, _ = attend(query_SHGK, *keys_values, mask_S1M, change)
        return x_BD + self.output(context_SHGK.transpose(1, 2).reshape(len(x_BD), -1))

    def _split(self, x_BW: Tensor, groups: int) -> Tensor:
        return x_BW.view(groups, -1, self.heads, x_BW.shape[1] // self.heads).transpose(1, 2)


class LayerStep:
    """``DecoderLayer`` for one position a row, with the keys and values it has seen so far."""

    def __init__(self, layer: Any, memory: KeysValues) -> None:
        self.memory, rows = memory, len(memory[0])
        self.past: KeysValues | None = None
        self.self_attention = AttentionStep(layer.self_attention, rows)
        self.cross_attention = AttentionStep(layer.cross_attention, rows)
        self.norm = norm_of(layer.feed_forward.norm)
        self.expand = layer.feed_forward.expand.product(rows)
        self.shrink = layer.feed_forward.shrink.product(rows)

    def __call__(
        self, x_BD: Tensor, memory_mask_S1M: Tensor | None, edits: Edits, position: int
    ) -> Tensor:
        """The rows after this layer; their keys and values are remembered."""
        normalised = self.self_attention.norm(x_BD)
        self.past = self._grown(self.self_attention.keys_values(normalised))
        x_BD = self.self_attention(x_BD, normalised, self.past, None, edits, position)
        normalised = self.cross_attention.norm(x_BD)
        x_BD = self.cross_attention(x_BD, normalised, self.memory, memory_mask_S1M, edits, position)
        return x_BD + self.shrink(self.expand(self.norm(x_BD)).relu_())

    def _grown(self, new: KeysValues) -> KeysValues:
        if self.past is None:
            return new
        return torch.cat([self.past[0], new[0]], 2), torch.cat([self.past[1], new[1]], 2)


class DecoderCache:
    """What decoding steps share, for each decoder layer.

    Of B unfinished translations of S sentences those of one sentence stand in succession, equally
    many for each: its beam. They share its memory.
    """

    def __init__(
        self,
        layers: Sequence[LayerStep],
        memory_mask_S1M: Tensor | None = None,
        edits: Edits = (),
    ) -> None:
        self.length, self.edits = 0, edits
        self.layers = layers
        self.memory_mask_S1M = memory_mask_S1M

    @property
    def memory(self) -> list[KeysValues]:
        """What cross-attention looks at, for each layer: the same at every step."""
        return [layer.memory for layer in self.layers]

    def step(self, x_BD: Tensor) -> Tensor:
        """All layers, for the position after those that are remembered."""
        for layer in self.layers:
            x_BD = layer(x_BD, self.memory_mask_S1M, self.edits, self.length)
        self.length += 1
        return x_BD

    def select(self, rows_B: Tensor, sentences_S: Tensor) -> None:
        """Keep these rows, and the memory of these sentences, in this order."""
        self.reorder(rows_B)
        for layer in self.layers:
            layer.memory = _rows(layer.memory, sentences_S)
        if self.memory_mask_S1M is not None:
            self.memory_mask_S1M = self.memory_mask_S1M[sentences_S]

    def reorder(self, rows_B: Tensor) -> None:
        """Keep these rows, in this order; every sentence has as many as before."""
        for layer in self.layers:
            if layer.past is not None:
                layer.past = _rows(layer.past, rows_B)


def _rows(keys_values: KeysValues, rows_B: Tensor) -> KeysValues:
    """``index_select`` takes less than half the time of brackets."""
    return keys_values[0].index_select(0, rows_B), keys_values[1].index_select(0, rows_B)


def norm_of(norm: nn.LayerNorm) -> Any:
    """``norm`` as a function."""
    return partial(
        torch.layer_norm,
        normalized_shape=norm.normalized_shape,
        weight=norm.weight,
        bias=norm.bias,
        eps=norm.eps,
    )
