"""The loss of one pair of sentences in float64, piece by piece, beside the trainer's own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from transformer.analysis.check import Check
from transformer.config import TrainConfig
from transformer.data import make_batch
from transformer.loss import token_loss
from transformer.trace import Record
from transformer.translator import Translation, Translator, log_softmax

SMOOTHING = TrainConfig.label_smoothing


@dataclass(frozen=True)
class LossByHand(Record):
    """What every piece of the target adds to the loss, in nats.

    ``surprises`` are -log p of the piece that should be written, ``everywhere`` the mean of -log p
    over the whole vocabulary. With label smoothing e (Vaswani et al. 2017, section 5.4) a piece
    costs ``losses`` = (1 - e) surprise + e everywhere. ``loss`` is their mean, what training makes
    smaller, ``mean_surprise`` the same without smoothing and ``perplexity`` e to its power.
    ``lowest`` is what is left where every probability is what smoothing asks for.
    """

    probabilities_L: np.ndarray
    surprises_L: np.ndarray
    everywhere_L: np.ndarray
    losses_L: np.ndarray
    smoothing: float
    loss: Check
    mean_surprise: float
    perplexity: float
    lowest: float

    @property
    def worst(self) -> int:
        """The place of the piece that surprised most."""
        return int(self.surprises_L.argmax())


def loss_by_hand(
    translator: Translator, translation: Translation, smoothing: float = SMOOTHING
) -> LossByHand:
    """The loss of ``translation``'s pair from the logits of its pass, teacher forced."""
    ids = translation.target.ids
    logs_LV = log_softmax(translation.record.logits_LV)
    surprises_L = -logs_LV[range(len(ids)), ids]
    everywhere_L = -logs_LV.mean(-1)
    losses_L = (1 - smoothing) * surprises_L + smoothing * everywhere_L
    mean = float(surprises_L.mean())
    return LossByHand(
        probabilities_L=np.exp(-surprises_L),
        surprises_L=surprises_L,
        everywhere_L=everywhere_L,
        losses_L=losses_L,
        smoothing=smoothing,
        loss=Check.of(losses_L.mean(), trainer_loss(translator, translation, smoothing)),
        mean_surprise=mean,
        perplexity=math.exp(mean),
        lowest=lowest_loss(logs_LV.shape[-1], smoothing),
    )


@torch.inference_mode()
def trainer_loss(translator: Translator, translation: Translation, smoothing: float) -> float:
    """What the trainer's own function gives for this pair, without dropout."""
    model = translator.model
    batch = make_batch([translation.source.ids], [translation.target.ids])
    return float(token_loss(model, batch.to(model.embedding.weight.device), smoothing))


def lowest_loss(vocabulary: int, smoothing: float) -> float:
    """The entropy of the smoothed target: e shared among all pieces, the rest on the right one."""
    shared = smoothing / vocabulary
    right = 1 - smoothing + shared
    rest = (vocabulary - 1) * shared * math.log(shared) if shared else 0.0
    return -right * math.log(right) - rest
