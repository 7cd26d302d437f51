"""What a head does, in numbers: means over the rows of its weights, of one sentence or of many.

Positions of self-attention are those of what is read: row i of the decoder has read piece i - 1
last (row 0: ``<s>``), which is key i, "the same"; key i - 1 is "the previous" one, and what comes
next is hidden. Between two languages there is no such place: cross-attention has no distance. Rows
that see a single key cannot choose and are left out, and so are rows that lack the key asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from transformer.analysis.softmax import entropy
from transformer.analysis.view import Token, axes, by_word
from transformer.tokenizer import BEGIN
from transformer.trace import KINDS, Kind
from transformer.translator import Translation

Place = tuple[Kind, int, int]  # attention, layer and head, both from 0
OFFSETS = {"previous": -1, "same": 0, "next": 1}


class Measures(NamedTuple):
    """Means over rows; shares from 0 to 1. NaN where no row has such a number.

    - confidence: the largest weight (Voita et al. 2019, section 4, who leave out ``</s>``)
    - entropy: in bits; evenness: the same over that of equal weights, log2 of the keys seen
    - distance: between query and key in pieces, averaged by weight
    - previous, same, next: how often the largest weight lies there (Voita et al., section 5.1)
    - special, punctuation: weight on special tokens, on pieces without a letter or digit
      (Clark et al. 2019, section 3.2)
    - rarest: how often the largest weight lies on the rarest piece seen (Voita et al., sec. 5.3)
    """

    confidence: float
    entropy: float
    evenness: float
    distance: float
    previous: float
    same: float
    next: float
    special: float
    punctuation: float
    rarest: float


def row_measures(
    weights_XLM: np.ndarray,
    kind: Kind,
    special_M: np.ndarray,
    punctuation_M: np.ndarray,
    rarity_M: np.ndarray,
) -> np.ndarray:
    """Every one of ``Measures`` for every row, (measures, ..., L); NaN where there is none.

    ``rarity_M`` is larger for rarer keys; special ones are never the rarest.
    """
    weights_XLM = weights_XLM.astype(np.float64)
    length, keys = weights_XLM.shape[-2:]
    row_L, key_M = np.arange(length), np.arange(keys)
    seen_LM = np.ones((length, keys), dtype=bool) if kind != "decoder" else key_M <= row_L[:, None]
    best_XL, chooses_L = weights_XLM.argmax(-1), seen_LM.sum(-1) > 1
    bits_XL = entropy(weights_XLM)
    distance_LM = np.abs(row_L[:, None] - key_M)
    found = {
        "confidence": weights_XLM.max(-1),
        "entropy": bits_XL,
        "evenness": bits_XL / np.log2(np.maximum(2, seen_LM.sum(-1))),
        "distance": (weights_XLM * distance_LM).sum(-1) if kind != "cross" else np.nan,
        "special": weights_XLM[..., special_M].sum(-1),
        "punctuation": weights_XLM[..., punctuation_M].sum(-1),
    }
    for name, offset in OFFSETS.items():
        there_L = (row_L + offset >= 0) & (row_L + offset < seen_LM.sum(-1)) & (kind != "cross")
        found[name] = np.where(there_L, best_XL == row_L + offset, np.nan)
    candidate_LM = seen_LM & ~special_M
    rarity_LM = np.where(candidate_LM, rarity_M, -1.0)
    rarest_LM = rarity_LM == rarity_LM.max(-1, keepdims=True)
    found["rarest"] = np.where(candidate_LM.sum(-1) > 1, rarest_LM[row_L, best_XL], np.nan)
    return np.stack(
        [
            np.where(chooses_L, np.broadcast_to(found[name], best_XL.shape), np.nan)
            for name in Measures._fields
        ]
    )


def head_measures(translations: Iterable[Translation]) -> dict[Place, Measures]:
    """The measures of every head over all rows of all sentences together."""
    sums: dict[Kind, np.ndarray] = {}
    counts: dict[Kind, np.ndarray] = {}
    for translation in translations:
        for kind in KINDS:
            rows = row_measures(translation.trace.weights(kind), kind, *_keys(translation, kind))
            there = ~np.isnan(rows)
            sums[kind] = sums.get(kind, 0) + np.where(there, rows, 0).sum(-1)
            counts[kind] = counts.get(kind, 0) + there.sum(-1)
    means = {
        kind: np.where(counts[kind], sums[kind] / np.maximum(1, counts[kind]), np.nan)
        for kind in sums
    }
    return {
        (kind, layer, head): Measures(*found[:, layer, head].tolist())
        for kind, found in means.items()
        for layer, head in np.ndindex(found.shape[1:])
    }


def _keys(translation: Translation, kind: Kind) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which keys are special, which punctuation, and how rare each is, all (M,)."""
    _rows, columns = axes(translation, kind, "pieces")
    source, target = translation.source, translation.target
    ids = (BEGIN, *target.ids[:-1]) if kind == "decoder" else source.ids
    return (
        np.array([token.special for token in columns], dtype=bool),
        np.array([not (token.special or token.telling) for token in columns], dtype=bool),
        np.array([_rarity(token, id) for token, id in zip(columns, ids, strict=True)]),
    )


def _rarity(token: Token, id: int) -> float:
    """Its place in the vocabulary, which begins with the pieces likeliest in the training text;
    bytes, for characters too rare for a piece, come first there but are the rarest."""
    return np.inf if token.label.startswith("<0x") else float(id)


def linked_words(
    weights_XLM: np.ndarray,
    english: Sequence[Sequence[int]],
    french: Sequence[Sequence[int]],
    links: Iterable[tuple[int, int]],
) -> tuple[np.ndarray, int]:
    """How many English words look most at a French word they are linked to, and how many have one.

    Words are the positions of their pieces; ``links`` are pairs of a French and an English word,
    from 0. What lies on no word, such as on ``</s>``, does not count. The first is of shape X.
    """
    linked_EF = np.zeros((len(english), len(french)), dtype=bool)
    for f, e in links:
        linked_EF[e, f] = True
    has_link_E = linked_EF.any(-1)
    best_XE = by_word(weights_XLM, english, french).argmax(-1)
    right_XE = linked_EF[np.arange(len(english)), best_XE] & has_link_E
    return right_XE.sum(-1), int(has_link_E.sum())
