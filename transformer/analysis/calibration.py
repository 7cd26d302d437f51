"""Is the model as often right as it is sure? Calibration of its probabilities over a corpus.

After Guo et al. (2017), "On Calibration of Modern Neural Networks": expected calibration error and
temperature scaling. Axis N is a piece, T a temperature.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from transformer.data import Pair, group_by_length, make_batch
from transformer.tokenizer import END, PAD
from transformer.translator import Translator

BINS = 15  # as in the paper's tables
# By which the logits are divided before the softmax; the one in the middle is 1.
TEMPERATURES = tuple(2 ** (step / 14) for step in range(-14, 15))
AT_ONCE = 1000  # padded pieces, both sides: all their logits are held, some 10 MB
Ids = Sequence[Sequence[int]]


class Bin(NamedTuple):
    """The pieces of alike confidence: how many, how sure the model was, how often it was right.

    Their confidences reach up to ``edge``.
    """

    edge: float
    pieces: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Guesses:
    """One guess at every piece of a corpus, whether it was right, and how sure the model was.

    ``loss_T`` is the mean cross-entropy of the pieces that the model was fed, in nats.
    """

    temperatures: tuple[float, ...]
    right_N: np.ndarray
    confidence_TN: np.ndarray
    loss_T: np.ndarray

    def confidence_N(self, temperature: float = 1.0) -> np.ndarray:
        """Probabilities of the guesses at one of the ``temperatures``."""
        return self.confidence_TN[self.temperatures.index(temperature)]

    def loss(self, temperature: float = 1.0) -> float:
        """Mean cross-entropy at that temperature."""
        return float(self.loss_T[self.temperatures.index(temperature)])

    def error(self, temperature: float = 1.0) -> float:
        """Expected calibration error at that temperature, from 0 to 1."""
        return calibration_error(self.confidence_N(temperature), self.right_N)

    def best_temperature(self) -> float:
        """The temperature of the smallest loss (section 4.2 of the paper)."""
        return self.temperatures[self.loss_T.argmin()]


def after_the_reference(
    translator: Translator, pairs: Sequence[Pair], temperatures: Sequence[float] = TEMPERATURES
) -> Guesses:
    """Teacher-forced: the likeliest next piece, right if the reference goes on with it."""
    sources, references = _encoded(translator, pairs)
    return _guess(translator, sources, references, None, temperatures)


def of_own_output(
    translator: Translator,
    pairs: Sequence[Pair],
    temperatures: Sequence[float] = TEMPERATURES,
    beam_size: int = 1,
) -> Guesses:
    """Free-running: the piece written, right if the reference has it, wherever.

    No label says which piece would have been right at a place of the model's own sentence; a piece
    counts at most as often as the reference has it, as in the 1-gram precision of BLEU. What is
    right in other words than the reference's counts as wrong. The end mark, which every reference
    has, is left out.
    """
    sources, references = _encoded(translator, pairs)
    tokens = [translator.tokenizer.tokens(source) for source in sources]
    written = [found[0].ids for found in translator.search_batch(tokens, beam_size)]
    right = [
        [had for piece, had in zip(own, in_reference(own, reference), strict=True) if piece != END]
        for own, reference in zip(written, references, strict=True)
    ]
    return _guess(translator, sources, written, right, temperatures)


def in_reference(written: Sequence[int], reference: Sequence[int]) -> list[bool]:
    """For every piece written, whether one of the reference is left for it."""
    left = Counter(reference)
    found = []
    for piece in written:
        found.append(left[piece] > 0)
        left[piece] -= 1
    return found


def reliability(confidence_N: np.ndarray, right_N: np.ndarray, bins: int = BINS) -> tuple[Bin, ...]:
    """The pieces in bins of equal width from 0 to 1; empty bins are left out."""
    number_N = np.ceil(confidence_N * bins).clip(1, bins)
    groups = {number / bins: number_N == number for number in range(1, bins + 1)}
    return tuple(
        Bin(edge, int(group.sum()), float(confidence_N[group].mean()), float(right_N[group].mean()))
        for edge, group in groups.items()
        if group.any()
    )


def calibration_error(confidence_N: np.ndarray, right_N: np.ndarray, bins: int = BINS) -> float:
    """Mean distance of confidence and accuracy over the bins, weighted by pieces (section 2)."""
    return mean_gap(reliability(confidence_N, right_N, bins))


def mean_gap(bins: Sequence[Bin]) -> float:
    """The expected calibration error of pieces in these bins."""
    apart = sum(bin.pieces * abs(bin.accuracy - bin.confidence) for bin in bins)
    return apart / sum(bin.pieces for bin in bins)


def _encoded(translator: Translator, pairs: Sequence[Pair]) -> tuple[Ids, Ids]:
    """Both sides; pairs longer than the model can take are left out."""
    encode, longest = translator.tokenizer.encode_corpus, translator.tokenizer.longest
    both = zip(encode([fr for fr, _ in pairs]), encode([en for _, en in pairs]), strict=True)
    kept = [pair for pair in both if max(map(len, pair)) <= longest]
    return [source for source, _ in kept], [target for _, target in kept]


@torch.inference_mode()
def _guess(
    translator: Translator,
    sources: Ids,
    targets: Ids,
    right: Sequence[Sequence[bool]] | None,
    temperatures: Sequence[float],
) -> Guesses:
    """One pass over the targets; ``right`` tells of each but its end mark whether it was.

    Without it, the guess is the likeliest piece, also for the end mark.
    """
    model = translator.model
    device = model.embedding.weight.device
    rights: list[np.ndarray] = []
    confidences: dict[float, list[Tensor]] = {t: [] for t in temperatures}
    losses = dict.fromkeys(confidences, 0.0)
    for group in group_by_length(sources, targets, AT_ONCE):
        batch = make_batch([sources[i] for i in group], [targets[i] for i in group]).to(device)
        counted_BL = batch.target_out_BL != PAD
        if right is not None:
            counted_BL &= batch.target_out_BL != END
        decoded_BLD = model(batch.source_BM, batch.lengths_B, batch.target_in_BL)
        logits = model.logits(decoded_BLD[counted_BL]).float()
        fed = batch.target_out_BL[counted_BL][:, None]
        guess = fed if right is not None else logits.argmax(-1, keepdim=True)
        if right is None:
            rights.append((guess == fed)[:, 0].cpu().numpy())
        else:
            rights.append(np.array([one for i in group for one in right[i]]))
        for t in temperatures:
            heated = logits / t
            all_of_them = heated.logsumexp(-1, keepdim=True)
            confidences[t].append(
                (heated.gather(1, guess) - all_of_them)[:, 0].exp().double().cpu()
            )
            losses[t] += float((all_of_them - heated.gather(1, fed)).double().sum())
    return Guesses(
        temperatures=tuple(temperatures),
        right_N=np.concatenate(rights),
        confidence_TN=np.stack([torch.cat(parts).numpy() for parts in confidences.values()]),
        loss_T=np.array(list(losses.values())) / sum(map(len, rights)),
    )
