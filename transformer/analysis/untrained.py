"""The model as it was before its first training step, built again from its seed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import torch

from transformer.config import ModelConfig, TrainConfig
from transformer.model import Transformer
from transformer.trace import KINDS, Trace
from transformer.translator import Translation, Translator

_SEEDING = Lock()  # torch has one generator for all threads
ROUNDING = 2.0**-12 + 1e-5  # what float16 may change in a weight between 0.5 and 1, and a little


def untrained(config: ModelConfig, seed: int = TrainConfig().seed) -> Transformer:
    """A model of that shape with its first, random weights, as ``train`` begins with them.

    Repeatable on the CPU; leaves torch's generator as it was.
    """
    with _SEEDING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Transformer(config).eval()


def untrained_traces(
    translator: Translator, translations: Sequence[Translation]
) -> tuple[Trace, ...]:
    """What the untrained model would have computed for the same French and English pieces."""
    model = untrained(translator.transformer.config)
    return tuple(model.trace(found.source.ids, found.target.ids) for found in translations)


def distance_to_start(translator: Translator, snapshot: Path) -> float:
    """How far attention weights of ``untrained`` lie from those the training run wrote down.

    ``snapshot`` is what the run recorded at step 0, before any training. More than ``ROUNDING``
    means that it began with other weights. Infinite if there is no such file.
    """
    if not snapshot.exists():
        return float("inf")
    tokenizer = translator.tokenizer
    ids = {tokenizer.piece(id): id for id in range(len(tokenizer))}
    with np.load(snapshot, allow_pickle=False) as recorded:
        source, target = ([ids[piece] for piece in recorded[side]] for side in ("source", "target"))
        trace = untrained(translator.transformer.config).trace(source, target)
        return max(
            float(np.abs(trace.weights(kind) - recorded[f"{kind}_weights"]).max()) for kind in KINDS
        )
