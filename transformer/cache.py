"""The cache of a Transformer's decoder: keys and values of the memory and of the pieces so far."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from transformer.attention import GrowingKeys, KeysValues
from transformer.edits import Edits


class DecoderCache:
    """What decoding steps share; a pair of keys and values for each decoder layer."""

    def __init__(
        self,
        memory: Sequence[KeysValues],
        memory_mask_B1M: Tensor | None = None,
        edits: Edits = (),
    ) -> None:
        self.length, self.edits = 0, edits
        self.past = [GrowingKeys() for _ in memory]
        self.memory = list(memory)
        self.memory_mask_B1M = memory_mask_B1M

    def select(self, rows_B: Tensor) -> None:
        """Keep these rows of every tensor, in this order."""
        self.reorder(rows_B)
        self.memory = [(key[rows_B], value[rows_B]) for key, value in self.memory]
        if self.memory_mask_B1M is not None:
            self.memory_mask_B1M = self.memory_mask_B1M[rows_B]

    def reorder(self, rows_B: Tensor) -> None:
        """As ``select``, where every row stays with its sentence, whose memory is the same."""
        for past in self.past:
            past.select(rows_B)
