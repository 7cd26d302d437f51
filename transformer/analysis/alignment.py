"""Which French word an English word goes with, read off one pass in several published ways.

Row i of the decoder writes English piece i and has read the pieces before it, so that what a piece
looks at can be read in two rows: its own, which writes it ("attention", "norm", "rollout"), or,
one row later, the first that knows it ("shifted" and so on: Chen et al. 2020, section 3.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np

from transformer.analysis.norms import summed_norms
from transformer.analysis.rollout import rollout
from transformer.analysis.view import View, axes, by_word, link_layer, numbered
from transformer.errors import not_a_transformer
from transformer.trace import RecurrentTrace, Trace
from transformer.translator import Translation, Translator

Method = Literal["attention", "shifted", "shifted-head", "norm", "shifted-norm", "rollout"]
METHODS: tuple[Method, ...] = get_args(Method)
Link = tuple[int, int]  # French word, English word


class Linking(NamedTuple):
    """One way to link words: a method, a layer and, of "shifted-head" only, a head, from 0.

    - attention: cross-attention weights, mean of the heads (Garg et al. 2019, section 4.1)
    - shifted: the same in the row after (Chen et al. 2020)
    - shifted-head: one head's weights in the row after
    - norm: length of what a French piece adds to the residual sum: of the sum over the heads of
      weight x value x W_O (Kobayashi et al. 2020, sections 3 and 5)
    - shifted-norm: the same in the row after
    - rollout: attention of all layers up to this one multiplied (Abnar and Zuidema 2020)
    """

    method: Method
    layer: int
    head: int | None = None

    @property
    def shifted(self) -> bool:
        return self.method.startswith("shifted")


def linkings(record: Trace | RecurrentTrace) -> list[list[Linking]]:
    """For every method and layer what can be done: one way, or one for each head.

    UsageError where a recurrent model has no attention.
    """
    layers, heads = record.weights("cross").shape[:2]
    recurrent = isinstance(record, RecurrentTrace)
    return [
        [Linking(method, layer, head) for head in range(heads)]
        if method == "shifted-head"
        else [Linking(method, layer)]
        for method in (METHODS[:2] if recurrent else METHODS)
        for layer in range(layers)
    ]


def default_linking(record: Trace | RecurrentTrace) -> Linking:
    """For a model of which nothing was measured: weights of the last layer but one, or the only."""
    return Linking("attention", link_layer(record))


def piece_scores(
    translator: Translator, record: Trace | RecurrentTrace, linking: Linking
) -> np.ndarray:
    """How much each English piece goes with each French one, (L, M); rows sum to one.

    A row is 0 where no head brings anything, as when all are switched off. Shifted, there is no
    row for the last piece, ``</s>``: nothing follows it.
    """
    method, layer, head = linking
    weights_HLM = record.weights("cross")[layer]
    if method == "shifted-head":
        scores_LM = weights_HLM[head]
    elif method in ("attention", "shifted"):
        scores_LM = weights_HLM.mean(0)
    elif isinstance(record, RecurrentTrace):
        raise not_a_transformer()
    else:
        scores_LM = (
            rollout(record, layer)
            if method == "rollout"
            else summed_norms(translator, record, layer)
        )
        sums_L1 = scores_LM.sum(-1, keepdims=True)
        scores_LM = scores_LM / np.where(sums_L1, sums_L1, 1)
    return scores_LM[1:] if linking.shifted else scores_LM


def link_view(translator: Translator, translation: Translation, linking: Linking) -> View:
    """The scores by word as a ``View`` of one layer with one head, ready to be drawn."""
    scores_LM = piece_scores(translator, translation.record, linking)
    rows, columns = axes(translation, "cross", "words")
    rows = [row for row in rows if max(row.pieces) < len(scores_LM)]
    scores = by_word(scores_LM, [t.pieces for t in rows], [t.pieces for t in columns])
    return View(
        kind="cross",
        rows=numbered([row.label for row in rows]),
        columns=numbered([column.label for column in columns]),
        weights_NHLM=scores[None, None],
        special_NHL=scores[None, None, :, [token.special for token in columns]].sum(-1),
        telling_rows=np.array([row.telling for row in rows], dtype=bool),
        telling_columns=np.array([column.telling for column in columns], dtype=bool),
    )


def both_ways(scores_EF: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each English word's best French word, and each French word's best English one.

    Both (English, French), true at a link; a word without any score has none.
    """
    there = scores_EF > 0
    return (
        there & (scores_EF == scores_EF.max(1, keepdims=True, initial=0)),
        there & (scores_EF == scores_EF.max(0, keepdims=True, initial=0)),
    )


def grow_links(scores_EF: np.ndarray) -> frozenset[Link]:
    """Links that both words choose, then, beside them, those of one word that has no other.

    That is "grow-diag" (Koehn et al. 2005), with the two directions of one model in
    place of two models.
    """
    from_english, from_french = both_ways(scores_EF)
    links = from_english & from_french
    one_sided, grown = np.argwhere(from_english ^ from_french), True
    while grown:
        grown = False
        for e, f in one_sided:
            free = not (links[e].any() and links[:, f].any())
            if free and links[max(0, e - 1) : e + 2, max(0, f - 1) : f + 2].any():
                links[e, f] = grown = True
    return frozenset((int(f), int(e)) for e, f in np.argwhere(links))


def agreement(sentences_EF: Iterable[np.ndarray]) -> float:
    """Of the links that either word chooses, in all sentences, the share that both do.

    Needs no links made by hand, and so can choose a head without looking at what it is measured on.
    """
    both = either = 0
    for scores_EF in sentences_EF:
        from_english, from_french = both_ways(scores_EF)
        both += int((from_english & from_french).sum())
        either += int((from_english | from_french).sum())
    return both / max(1, either)


class Rates(NamedTuple):
    """Alignment error rate, precision and recall of links (Och and Ney 2003)."""

    aer: float
    precision: float
    recall: float


def rate(
    found: Sequence[frozenset[Link]],
    sure: Sequence[frozenset[Link]],
    possible: Sequence[frozenset[Link]],
) -> Rates:
    """Links of all sentences together against those made by hand, of which some are only possible.

    Precision is the share of the links found that are sure or possible, recall the share of the
    sure ones that are found; AER = 1 - (|A and S| + |A and P|) / (|A| + |S|), with P holding S.
    """
    sentences = list(zip(found, sure, possible, strict=True))
    in_sure = sum(len(a & s) for a, s, _ in sentences)
    in_either = sum(len(a & (s | p)) for a, s, p in sentences)
    all_found, all_sure = sum(map(len, found)), sum(map(len, sure))
    return Rates(
        aer=1 - (in_sure + in_either) / max(1, all_found + all_sure),
        precision=in_either / max(1, all_found),
        recall=in_sure / max(1, all_sure),
    )
