"""The raw scores of every head over many sentences: how far they spread, how sharp rows are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transformer.analysis.softmax import row_entropy
from transformer.trace import KINDS, AttentionTrace, Kind, Trace


@dataclass(frozen=True)
class HeadScores:
    """One head (layer and head from 0) over all traces, computed in float64.

    ``scores`` are its raw products q . k, one for every query and key that the mask lets through.
    ``sizes`` is the variance they would have if the numbers of its queries and keys had mean 0,
    were independent and only as large as they are: the sum over d_k of E[q_i^2] E[k_i^2].
    ``entropy`` is the mean over its rows, in bits; ``relative`` the same, each row divided by
    log2 of its keys (rows with a single key, which cannot choose, left out).
    """

    kind: Kind
    layer: int
    head: int
    width: int
    scores: np.ndarray
    sizes: float
    entropy: float
    relative: float

    @property
    def place(self) -> tuple[Kind, int, int]:
        return self.kind, self.layer, self.head

    @property
    def mean(self) -> float:
        return float(self.scores.mean())

    @property
    def variance(self) -> float:
        return float(self.scores.var())

    @property
    def scaled(self) -> float:
        """The variance after the division by sqrt(d_k)."""
        return self.variance / self.width


def measure_heads(traces: Sequence[Trace]) -> tuple[HeadScores, ...]:
    """All heads of all layers: the encoder's first, then the decoder's, then cross-attention's."""
    found = []
    for kind in KINDS:
        entropies = [row_entropy(trace, kind) for trace in traces]
        for layer in range(traces[0].layers(kind)):
            attentions = [trace.sublayer(kind, layer).heads for trace in traces]
            for head in range(len(attentions[0].scores_HLM)):
                rows = [entropy[layer, head] for entropy in entropies]
                found.append(_measure(attentions, rows, (kind, layer, head)))
    return tuple(found)


def _measure(
    attentions: Sequence[AttentionTrace], rows: Sequence[np.ndarray], place: tuple[Kind, int, int]
) -> HeadScores:
    """``rows`` are the entropies of the head's rows, one array for each trace."""
    head = place[2]
    scores = [attention.scores_HLM[head][attention.mask_HLM[head]] for attention in attentions]
    keys = np.concatenate([attention.mask_HLM[head].sum(-1) for attention in attentions])
    entropies = np.concatenate(rows)
    choosing = keys > 1
    query_SK = np.concatenate([attention.query_HLK[head] for attention in attentions])
    key_SK = np.concatenate([attention.key_HMK[head] for attention in attentions])
    return HeadScores(
        *place,
        width=query_SK.shape[1],
        scores=np.concatenate(scores).astype(np.float64),
        sizes=float(_squares(query_SK) @ _squares(key_SK)),
        entropy=float(entropies.mean()),
        relative=float((entropies[choosing] / np.log2(keys[choosing])).mean()),
    )


def _squares(vectors_SK: np.ndarray) -> np.ndarray:
    """E[x_i^2] for every dimension i."""
    return (vectors_SK.astype(np.float64) ** 2).mean(0)
