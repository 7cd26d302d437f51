"""The model as it was before its first training step, built again from its seed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, cast

import numpy as np
import torch

from transformer.checkpoint import new_model
from transformer.config import ModelConfig, RecurrentConfig, TrainConfig
from transformer.model import Transformer
from transformer.network import Network
from transformer.trace import Trace
from transformer.translator import Translation, Translator

_SEEDING = Lock()  # torch has one generator for all threads
ROUNDING = 2.0**-12 + 1e-5  # what float16 may change in a weight between 0.5 and 1, and a little


def untrained(
    config: ModelConfig | RecurrentConfig, seed: int = TrainConfig().seed
) -> Network[Any]:
    """A model of that shape with its first, random weights, as ``train`` begins with them.

    Repeatable on the CPU; leaves torch's generator as it was.
    """
    with _SEEDING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return new_model(config).eval()


def untrained_traces(
    translator: Translator, translations: Sequence[Translation]
) -> tuple[Trace, ...]:
    """What the untrained model would have computed for the same French and English pieces."""
    model = cast(Transformer, untrained(translator.transformer.config))
    return tuple(model.trace(found.source.ids, found.target.ids) for found in translations)


def distance_to_start(translator: Translator, snapshot: Path) -> float:
    """How far attention weights of ``untrained`` lie from those the training run wrote down.

    ``snapshot`` is what the run recorded at step 0, before any training. More than ``ROUNDING``
    means that it began with other weights. Infinite if there is no such file: a model without
    attention has none.
    """
    if not snapshot.exists():
        return float("inf")
    tokenizer = translator.tokenizer
    ids = {tokenizer.piece(id): id for id in range(len(tokenizer))}
    with np.load(snapshot, allow_pickle=False) as recorded:
        source, target = ([ids[piece] for piece in recorded[side]] for side in ("source", "target"))
        maps = untrained(translator.model.config).trace(source, target).maps()
        return max(
            float(np.abs(weights - recorded[f"{kind}_weights"]).max())
            for kind, weights in maps.items()
        )
