"""Gradients of what an encoder knows at one piece with respect to all pieces that it has read."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from transformer.analysis.dependence import Dependence
from transformer.config import RecurrentConfig
from transformer.model import Transformer
from transformer.network import Network
from transformer.recurrent import Recurrent

PROBES = 32  # directions of a state: its hundreds would take ten times as long
PAIRS = 256  # of a state and a piece: of a longer sentence fewer states are taken, evenly spread
SEED = 1


def dependence(
    model: Network[Any],
    ids: Sequence[int],
    gain: float = 1.0,
    probes: int = PROBES,
    pairs: int = PAIRS,
) -> Dependence:
    """Measure it for the French pieces ``ids``, with respect to their rows of the embedding matrix
    times sqrt(d_model), before positions are added.

    ``gain`` multiplies the recurrent weights of the encoder's LSTM layers; a Transformer has none.
    ``model`` stays as it is, without gradients.
    """
    config, device = model.config, model.embedding.weight.device
    rows_MD = model.embedding(torch.tensor(list(ids), device=device)).detach()
    rows_MD = rows_MD * math.sqrt(config.d_model)
    count = min(len(ids), max(2, pairs // len(ids)))
    places = tuple(round(place) for place in np.linspace(0, len(ids) - 1, count))
    width = config.d_state if isinstance(config, RecurrentConfig) else config.d_model
    probes = min(probes, width)
    # One copy of the sentence for each direction, so that one pass backwards serves them all.
    rows_RMD = rows_MD.expand(probes, -1, -1).clone().requires_grad_()
    states_RMS = top_states(model, rows_RMD, gain)
    directions_RS = _directions(width, probes).to(states_RMS)
    squares = []
    for place in places:
        seen = (states_RMS[:, place] * directions_RS).sum()
        (gradient_RMD,) = torch.autograd.grad(seen, rows_RMD, retain_graph=True)
        squares.append(width * gradient_RMD.double().square().sum(-1))
    return Dependence(config.arch, width, places, torch.stack(squares, dim=1).cpu().numpy())


def top_states(model: Network[Any], rows_BMD: Tensor, gain: float = 1.0) -> Tensor:
    """What the encoder makes of embeddings, (B, M, S); the decoder of a Transformer sees the same.

    Computed by copies of the layers, since visitors share the model.
    """
    if isinstance(model, Recurrent):
        for layer in _scaled(model.encoder, gain):
            rows_BMD, _ = layer(rows_BMD)
        return rows_BMD
    model = cast(Transformer, model)
    rows_BMD = rows_BMD + model.positions[: rows_BMD.shape[1]]
    for layer in _frozen(model.encoder):
        rows_BMD, _ = layer(rows_BMD, None)
    return _frozen(model.encoder_norm)(rows_BMD)


def _frozen(module: Any) -> Any:
    return copy.deepcopy(module).requires_grad_(False)


def _scaled(layers: nn.Module, gain: float) -> Any:
    """LSTM layers whose recurrent weights, of both directions, are ``gain`` times as large."""
    found = _frozen(layers).train()  # without dropout the same; a GPU goes backwards only so
    for name, weight in found.named_parameters():
        if "weight_hh" in name:
            weight.mul_(gain)
    return found


def _directions(width: int, count: int) -> Tensor:
    """Directions at right angles to each other, (count, width), of length 1: always the same."""
    random = torch.Generator().manual_seed(SEED)
    drawn = torch.randn(width, count, generator=random, dtype=torch.float64)
    return torch.linalg.qr(drawn).Q.T
