"""What one layer costs by the length of the sentence (Vaswani et al. 2017, table 1)."""

from __future__ import annotations

from dataclasses import dataclass

from transformer.config import ModelConfig, RecurrentConfig


@dataclass(frozen=True)
class LayerCost:
    """One layer on n pieces.

    ``path`` is how many links the signal of the first piece passes until it is in the output at
    the last, ``waits`` how many steps have to be done one after the other. ``operations`` is what
    the paper's table counts, n² d or n d²; ``multiplications`` are all of this layer's, also those
    of W_Q, W_K, W_V, W_O and of an LSTM's four gates.
    """

    path: int
    waits: int
    operations: int
    multiplications: int


def self_attention_cost(length: int, config: ModelConfig) -> LayerCost:
    """Every piece looks at every piece: n² products of d numbers, twice, and four projections."""
    width = config.heads * config.d_k
    return LayerCost(
        path=1,
        waits=1,
        operations=length**2 * width,
        multiplications=4 * length * config.d_model * width + 2 * length**2 * width,
    )


def recurrent_cost(length: int, config: RecurrentConfig) -> LayerCost:
    """An LSTM layer above the first: its state reads state and input at each step, in four gates.

    Two directions go on at the same time, each with half of the width.
    """
    directions = 1 if config.arch == "rnn" else 2
    state = config.d_state // directions
    gates = 4 * state * (config.d_state + state)
    return LayerCost(
        path=length,
        waits=length,
        operations=directions * length * state**2,
        multiplications=directions * length * gates,
    )
