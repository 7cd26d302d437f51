"""Is a difference in BLEU more than luck? Paired bootstrap resampling (Koehn 2004).

Everything is counted and scored by sacrebleu (Post 2018), sentence by sentence, so that a thousand
test sets drawn from the same sentences cost a thousand sums.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from transformer.evaluate import import_sacrebleu

RESAMPLES = 1000
LEVEL = 0.95  # of the interval
SEED = 1


def statistics(found: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """What BLEU is made of, a row for each sentence, (S, 10).

    Matching n-grams of 1 to 4 words, all n-grams of 1 to 4 words, length, length of the reference.
    """
    bleu = import_sacrebleu().BLEU(effective_order=True)  # the counts are the same without
    rows = []
    for line, reference in zip(found, references, strict=True):
        score = bleu.sentence_score(line, [reference])
        rows.append([*score.counts, *score.totals, score.sys_len, score.ref_len])
    return np.array(rows, dtype=np.int64)


def corpus_bleu(sums: np.ndarray) -> float:
    """BLEU of the sentences whose ``statistics`` add up to ``sums``, as sacrebleu's default."""
    counts, totals, (length, reference) = (part.tolist() for part in np.split(sums, [4, 8]))
    compute = import_sacrebleu().BLEU.compute_bleu
    return float(compute(counts, totals, length, reference, smooth_method="exp").score)


class Resampled:
    """The test sets that all comparisons share: ``RESAMPLES`` draws of as many sentences."""

    def __init__(self, baseline_SX: np.ndarray) -> None:
        """``baseline_SX`` are the statistics of the system that others are compared with."""
        count = len(baseline_SX)
        drawn = np.random.default_rng(SEED).integers(0, count, (RESAMPLES, count))
        self._times_RS = np.stack([np.bincount(row, minlength=count) for row in drawn])
        self.bleu = corpus_bleu(baseline_SX.sum(0))
        self._baseline_R = self._scores(baseline_SX)

    def change(self, other_SX: np.ndarray) -> tuple[float, float, float]:
        """By how much the other system differs in BLEU, and the bounds of its 95 % interval."""
        changes_R = self._scores(other_SX) - self._baseline_R
        low, high = np.quantile(changes_R, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return corpus_bleu(other_SX.sum(0)) - self.bleu, float(low), float(high)

    def _scores(self, statistics_SX: np.ndarray) -> np.ndarray:
        return np.array([corpus_bleu(sums) for sums in self._times_RS @ statistics_SX])
