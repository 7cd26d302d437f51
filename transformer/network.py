"""What training, decoding and translating need of a model, whichever kind it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from torch import Tensor, nn

from transformer.config import ModelConfig, RecurrentConfig
from transformer.edits import Edits
from transformer.projection import Embedding
from transformer.trace import RecurrentTrace, Trace


class State(Protocol):
    """What a batch of unfinished translations carries from one piece to the next."""

    length: int  # pieces read so far

    def select(self, rows_B: Tensor, sentences_S: Tensor) -> None:
        """Keep these rows of the batch, and what the rows of these sentences share, in this order.

        Both count among those that there are; each sentence has equally many rows, in succession.
        """

    def reorder(self, rows_B: Tensor) -> None:
        """Keep these rows, in this order; every sentence has as many as before."""


AnyState = TypeVar("AnyState", bound=State)


class Network(nn.Module, ABC, Generic[AnyState]):
    """Source ids and target ids in, a vector for every next piece out, which ``logits`` scores.

    One matrix three times: French pieces, English pieces, logits (Vaswani et al. 2017, section
    3.4; Press and Wolf 2017).
    """

    config: ModelConfig | RecurrentConfig
    embedding: Embedding

    def logits(self, decoded_BLD: Tensor) -> Tensor:
        """A score for every piece of the vocabulary, (B, L, V)."""
        return self.embedding.scores(decoded_BLD)

    @abstractmethod
    def forward(self, source_BM: Tensor, lengths_B: Tensor, target_BL: Tensor) -> Tensor:
        """Teacher forcing, (B, L, D) before the logits: row i has seen target pieces 0..i.

        ``lengths_B`` counts the source pieces that are not padding.
        """

    @abstractmethod
    def start(self, source_BM: Tensor, lengths_B: Tensor, edits: Edits = ()) -> AnyState:
        """What decoding begins with: the encoded sources, and no piece read."""

    @abstractmethod
    def step(self, ids_B: Tensor, state: AnyState) -> Tensor:
        """Logits (B, V) of the piece after ``ids_B``, which ``state`` remembers."""

    @abstractmethod
    def trace(
        self, source: Sequence[int], target: Sequence[int], edits: Edits = ()
    ) -> Trace | RecurrentTrace:
        """One explained pass: ``source`` ends in </s>; ``target`` is what the decoder writes.

        The decoder reads ``<s>`` and all of ``target`` but its last piece. The model must be in
        ``eval()`` mode: with dropout, what is recorded would not add up.
        """
