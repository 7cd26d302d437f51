"""The states of a recurrent encoder computed again in float64, one piece after the other."""

from __future__ import annotations

from typing import cast

import numpy as np
from torch import nn

from transformer.analysis.check import Check, largest
from transformer.recurrent import Recurrent
from transformer.trace import RecurrentTrace


def joined_states(record: RecurrentTrace, layer: int = -1) -> np.ndarray:
    """A layer's states, (M, S): [forward; backward], or forward alone where that is all."""
    directions = [side[layer].state_MS for side in (record.forward, record.backward) if side]
    return np.concatenate(directions, axis=-1)


def check_states(model: Recurrent, record: RecurrentTrace, piece: int) -> Check:
    """Recompute all states of the top layer from what it reads; the check prints ``piece``'s
    largest number."""
    top = cast(nn.LSTM, model.encoder[-1])
    layers = len(record.forward)
    below_MD = joined_states(record, layers - 2) if layers > 1 else record.source_embedding_MD
    again = [read_by_hand(top, below_MD)]
    if record.backward:
        again.append(read_by_hand(top, below_MD[::-1], "_reverse")[::-1])
    own_MS = joined_states(record)
    return Check.of(np.concatenate(again, axis=-1), own_MS, (piece, *largest(own_MS[piece])))


def read_by_hand(layer: nn.LSTM, rows_MD: np.ndarray, direction: str = "") -> np.ndarray:
    """The states after each row, (M, S) (Hochreiter and Schmidhuber 1997; Gers et al. 2000).

    gates = W_ih x + W_hh h + b; c = forget * c + input * candidate; h = output * tanh(c).
    """
    weight_ih, weight_hh, bias_ih, bias_hh = (
        getattr(layer, f"{name}_l0{direction}").detach().double().cpu().numpy()
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    state = cell = np.zeros(weight_hh.shape[1])
    states = []
    for x in rows_MD.astype(np.float64):
        gates = weight_ih @ x + bias_ih + weight_hh @ state + bias_hh
        into, forget, candidate, out = np.split(gates, 4)
        cell = _sigmoid(forget) * cell + _sigmoid(into) * np.tanh(candidate)
        state = _sigmoid(out) * np.tanh(cell)
        states.append(state)
    return np.stack(states)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * x))  # 1 / (1 + exp(-x)), which would overflow
