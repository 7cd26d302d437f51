"""Three answers to one question: which French words is an English piece owed to?

How much attention weighs a word, how large the vector is that it brings (``norms``), and what its
absence costs (``leave_one_out``): do they agree? Jain and Wallace (2019) compare attention with
leave-one-out by the correlation of ranks; here it is Spearman's (1904).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transformer.analysis.leave_one_out import LeaveOneOut
from transformer.analysis.norms import added
from transformer.analysis.rollout import rollout
from transformer.trace import Record
from transformer.translator import Translation, Translator

PAIRS = (("attention", "size"), ("attention", "lost"), ("size", "lost"))


@dataclass(frozen=True)
class Compared(Record):
    """A row for each English piece L, a column for each French word M.

    ``attention`` is the weight on the word, summed over its pieces; ``size`` the length of what
    cross-attention brings from it, its pieces added up; ``lost`` what ``LeaveOneOut`` says.
    """

    attention_LM: np.ndarray
    size_LM: np.ndarray
    lost_LM: np.ndarray

    def correlations(self) -> dict[str, np.ndarray]:
        """Rank correlation of each two of the three, one number for each English piece."""
        return {
            f"{one}-{other}": np.array(
                [
                    spearman(*rows)
                    for rows in zip(
                        getattr(self, f"{one}_LM"), getattr(self, f"{other}_LM"), strict=True
                    )
                ]
            )
            for one, other in PAIRS
        }


def compare(
    translator: Translator,
    translation: Translation,
    left_out: LeaveOneOut,
    layer: int,
    head: int | None = None,
) -> Compared:
    """For cross-attention in ``layer``: one ``head``, or the mean of the heads' weights and the sum
    of what they bring. Both count from 0."""
    words = [word.pieces for word in translation.source.words]
    weights_HLM = translation.trace.sublayer("cross", layer).heads.weights_HLM
    weights_LM = weights_HLM.mean(0) if head is None else weights_HLM[head]
    added_LMD = added(translator, translation.trace, layer, head)
    return Compared(
        attention_LM=_sum(weights_LM, words),
        size_LM=np.linalg.norm(_sum(added_LMD, words), axis=-1),
        lost_LM=left_out.lost_LM,
    )


def rolled_out(translation: Translation) -> np.ndarray:
    """Attention rollout through all layers, its columns French words: as ``Compared``."""
    return _sum(rollout(translation.trace), [word.pieces for word in translation.source.words])


def spearman(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of the ranks of two rows; equal numbers share the mean of their ranks.

    Places where either is NaN are left out. NaN where nothing varies.
    """
    both = ~(np.isnan(one) | np.isnan(other))
    first, second = (_ranks(row[both]) for row in (one, other))
    size = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / size if size else float("nan")


def _ranks(row: np.ndarray) -> np.ndarray:
    """Ranks less their mean: half of how many numbers are smaller, less half of how many larger."""
    return np.sign(row[:, None] - row[None]).sum(1) / 2


def _sum(values: np.ndarray, words: Sequence[Sequence[int]]) -> np.ndarray:
    """Pieces, the second axis, added up by word."""
    return np.stack([values[:, list(pieces)].sum(1) for pieces in words], axis=1)
