"""What training found: every tensor of learned numbers, where it stands, and what is in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from transformer.config import ModelConfig, RecurrentConfig
from transformer.network import Network
from transformer.trace import Record

ROWS, COLUMNS = 128, 256  # of a matrix shown at once: more numbers would make a page slow
TYPICAL = "encoder.0.self_attention.attention.query.weight"  # one that every Transformer has
BINS = 80
REACH = 0.9995  # of all numbers lie within a histogram's axis

# What the papers call them: the end of torch's name, without layer and sub-layer. W_Q, W_K, W_V and
# W_O are those of all heads together.
SYMBOLS = {
    "embedding.weight": "E",
    "query.weight": "W_Q",
    "key.weight": "W_K",
    "value.weight": "W_V",
    "output.weight": "W_O",
    "output.bias": "b_O",
    "score.weight": "v",
    "expand.weight": "W_1",
    "expand.bias": "b_1",
    "shrink.weight": "W_2",
    "shrink.bias": "b_2",
    "norm.weight": "γ",
    "norm.bias": "β",
    "weight_ih_l0": "W_ih",
    "weight_hh_l0": "W_hh",
    "bias_ih_l0": "b_ih",
    "bias_hh_l0": "b_hh",
    "weight_ih_l0_reverse": "W_ih ←",
    "weight_hh_l0_reverse": "W_hh ←",
    "bias_ih_l0_reverse": "b_ih ←",
    "bias_hh_l0_reverse": "b_hh ←",
}
# Modules that hold one matrix, or the heads of a sub-layer: no places of their own.
_INNER = {"attention", "query", "key", "value", "output", "score", "expand", "shrink"}


@dataclass(frozen=True)
class Parameter:
    """One tensor; ``name`` is torch's, ``symbol`` that of the papers.

    ``path`` leads to it from the outside in: stack, layer (from "1"), sub-layer, "norm".
    """

    name: str
    symbol: str
    path: tuple[str, ...]
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


def parameters(model: Network[Any]) -> tuple[Parameter, ...]:
    """Every learned tensor in the order of the state dict; what is used several times comes once.

    The table of positions is not among them: it is computed from a formula.
    """
    return tuple(
        Parameter(name, _symbol(name), _path(name), tuple(tensor.shape))
        for name, tensor in model.named_parameters()
    )


def values(model: Network[Any], name: str) -> np.ndarray:
    """The numbers of the tensor of that name as a matrix, a copy; a vector is one row of it."""
    tensor = model.get_parameter(name).detach().float().cpu()
    return np.atleast_2d(tensor.numpy()).copy()


def window(matrix: np.ndarray, down: int = 0, across: int = 0) -> np.ndarray:
    """The part of up to ``ROWS`` x ``COLUMNS`` numbers after ``down`` and ``across`` others."""
    row, column = down * ROWS, across * COLUMNS
    return matrix[row : row + ROWS, column : column + COLUMNS]


def windows(matrix: np.ndarray) -> tuple[int, int]:
    """How many such parts stand below each other, and side by side."""
    rows, columns = matrix.shape
    return math.ceil(rows / ROWS), math.ceil(columns / COLUMNS)


@dataclass(frozen=True)
class Histogram(Record):
    """Which share of the numbers lies between two neighbouring ``edges``, now and ``before``.

    ``before`` is empty where nothing is known of it, ``start`` and
    ``deviation`` are mean and standard deviation then. As the axis leaves out the rarest numbers,
    shares sum to a little less than 1.
    """

    edges: np.ndarray
    now: np.ndarray
    before: np.ndarray
    start: float
    deviation: float


def histogram(matrix: np.ndarray, before: np.ndarray | None = None) -> Histogram:
    """How often values occur in a tensor, and how often they did ``before`` training."""
    known = [matrix] if before is None else [matrix, before]
    rare = (1 - REACH) / 2
    bounds = [np.quantile(each, [rare, 1 - rare]) for each in known]
    low, high = min(b[0] for b in bounds), max(b[1] for b in bounds)
    room = 0.02 * (high - low) or 1.0
    edges = np.linspace(low - room, high + room, BINS + 1)
    now, *then = (np.histogram(each, edges)[0] / each.size for each in known)
    if before is None:
        return Histogram(edges, now, np.array([]), 0.0, 0.0)
    return Histogram(edges, now, then[0], float(before.mean()), float(before.std()))


def total(found: Sequence[Parameter]) -> int:
    """How many numbers these tensors hold together."""
    return sum(parameter.count for parameter in found)


def by_formula(config: ModelConfig | RecurrentConfig) -> int:
    """The same, worked out from the sizes alone (Vaswani et al. 2017, table 3 and section 3)."""
    width = config.d_model
    embedding = config.vocabulary * width
    if isinstance(config, RecurrentConfig):
        return embedding + _recurrent(config)
    norm = 2 * width
    attention = 4 * width * config.heads * config.d_k + norm
    feed_forward = 2 * width * config.d_ff + config.d_ff + width + norm
    encoder = config.encoder_layers * (attention + feed_forward) + norm
    return embedding + encoder + config.decoder_layers * (2 * attention + feed_forward) + norm


def _recurrent(config: RecurrentConfig) -> int:
    """All but the embedding: LSTM layers have four gates, and torch two biases for each."""
    width, state = config.d_model, config.d_state
    directions = 1 if config.arch == "rnn" else 2
    looked = state if config.arch == "birnn-attention" else 0

    def lstm(below: int, own: int) -> int:
        return 4 * own * (below + own + 2)

    higher = config.layers - 1
    encoder = lstm(width, state // directions) + higher * lstm(state, state // directions)
    decoder = lstm(width + looked, state) + higher * lstm(state, state)
    attention = 2 * looked * width + width * bool(looked)
    return directions * encoder + decoder + attention + (state + looked + 1) * width


def _symbol(name: str) -> str:
    return next(symbol for end, symbol in SYMBOLS.items() if name.endswith(end))


def _path(name: str) -> tuple[str, ...]:
    stack, *modules = name.replace("_norm.", ".norm.").split(".")[:-1]
    inner = (module for module in modules if module not in _INNER)
    return stack, *(str(int(module) + 1) if module.isdigit() else module for module in inner)
