"""The embedding matrix as a map: which words lie near each other, and in which plane to see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from transformer.analysis.similarity import cosine
from transformer.errors import UsageError
from transformer.tokenizer import BOUNDARY, Tokenizer, Tokens
from transformer.trace import Record
from transformer.translator import Translator

JOINED = "…"
KNOWN = 2000  # words among which the nearest are looked for
# French words and what a dictionary gives first for them: to ask whether the two lie near.
TRANSLATIONS = (
    *(("chat", "cat"), ("chien", "dog"), ("maison", "house"), ("voiture", "car")),
    *(("femme", "woman"), ("homme", "man"), ("père", "father"), ("mère", "mother")),
    *(("argent", "money"), ("livre", "book"), ("école", "school"), ("ville", "city")),
    *(("manger", "eat"), ("parler", "speak"), ("lire", "read"), ("grand", "big")),
    *(("pourquoi", "why"), ("avec", "with"), ("sans", "without"), ("trois", "three")),
    *(("hier", "yesterday"), ("demain", "tomorrow"), ("toujours", "always"), ("jamais", "never")),
)


@dataclass(frozen=True)
class Words(Record):
    """Words and their rows of the embedding matrix; of several pieces, the mean of their rows."""

    names: tuple[str, ...]
    rows_VD: np.ndarray

    def only(self, names: Sequence[str]) -> Words:
        """The words of these names, in that order; ValueError if one is none of these."""
        return Words(tuple(names), self.rows_VD[[self.names.index(name) for name in names]])

    def join(self, more: Words) -> Words:
        """These words, and behind them those of ``more`` that they lack."""
        new = more.only([name for name in more.names if name not in self.names])
        return Words((*self.names, *new.names), np.concatenate([self.rows_VD, new.rows_VD]))


@lru_cache(maxsize=8)
def frequent_ids(tokenizer: Tokenizer) -> tuple[int, ...]:
    """All pieces that can stand as a word, the most frequent first.

    They have a space before them and hold nothing but letters; rare ones only begin longer words.
    A vocabulary is in the order of the probabilities that its tokenizer gives to the pieces.
    """
    pieces = ((id, tokenizer.piece(id)) for id in range(len(tokenizer)))
    return tuple(id for id, piece in pieces if piece[0] == BOUNDARY and piece[1:].isalpha())


def frequent_words(translator: Translator, count: int) -> Words:
    """The ``count`` most frequent words, or all if there are fewer."""
    ids = frequent_ids(translator.tokenizer)[:count]
    names = tuple(translator.tokenizer.piece(id)[1:] for id in ids)
    return Words(names, translator.embedding_rows(ids))


def look_up(tokenizer: Tokenizer, word: str) -> tuple[int, ...]:
    """The pieces of a typed word; UsageError if there is none, or if it is spelled in bytes."""
    tokens = tokenizer.encode(word)
    if any(piece.startswith("<0x") for piece in tokens.pieces):
        raise UsageError(
            "The model has no pieces for “{word}”: it would have to spell it in bytes. Type a "
            "French or an English word.",
            word=word,
        )
    return _spoken(tokens, range(len(tokens.ids) - 1))


def sentence_words(tokens: Tokens) -> dict[str, tuple[int, ...]]:
    """The words of a sentence, without punctuation, and the pieces that each is written with.

    "…" begins the name of a word that no space precedes: its pieces are others.
    """
    return {
        JOINED * (tokens.text[word.begin - 1 : word.begin] not in ("", " ")) + word.text: _spoken(
            tokens, word.pieces
        )
        for word in tokens.words
        if not word.special and any(map(str.isalnum, word.text))
    }


def words_of(translator: Translator, ids: Mapping[str, Sequence[int]]) -> Words:
    """Words by the pieces that they are written with: a row is the mean over its pieces'."""
    rows = [translator.embedding_rows(pieces).mean(0) for pieces in ids.values()]
    width = translator.model.config.d_model
    return Words(tuple(ids), np.reshape(rows, (-1, width)).astype(np.float32))


def known_words(translator: Translator, word: str) -> Words:
    """The ``KNOWN`` most frequent words and the typed ``word``; raises as ``look_up``."""
    ids = look_up(translator.tokenizer, word)
    return frequent_words(translator, KNOWN).join(words_of(translator, {word: ids}))


@dataclass(frozen=True)
class Nearest(Record):
    """Words by their cosine with one of them, the nearest first; that one is left out."""

    names: tuple[str, ...]
    cosines: np.ndarray


def nearest(words: Words, name: str) -> Nearest:
    """All ``words`` but that of the name, by their cosine with it."""
    cosines = cosine(words.rows_VD, words.only([name]).rows_VD)
    order = [i for i in np.argsort(-cosines, kind="stable") if words.names[i] != name]
    return Nearest(tuple(words.names[i] for i in order), cosines[order])


def mean_cosine(rows_VD: np.ndarray) -> float:
    """The mean over all pairs of different rows: what two words have in common anyway."""
    rows = rows_VD.astype(np.float64)
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    count = len(units)
    return float((np.square(units.sum(0)).sum() - count) / (count * (count - 1)))


@dataclass(frozen=True)
class Plane(Record):
    """The two directions in which points differ most (principal components: Pearson 1901).

    ``shares`` are those of the points' variance along each.
    """

    centre_D: np.ndarray
    across_D: np.ndarray
    up_D: np.ndarray
    shares: tuple[float, float]

    def place(self, rows_VD: np.ndarray) -> np.ndarray:
        """Where rows lie in the plane, (V, 2) in float64."""
        return (rows_VD - self.centre_D) @ np.stack([self.across_D, self.up_D], axis=1)


def plane(rows_VD: np.ndarray) -> Plane:
    """The plane through at least three rows; each direction's largest entry is made positive."""
    rows = torch.tensor(rows_VD, dtype=torch.float64)
    centre_D = rows.mean(0)
    # Eigenvectors of the covariance: as exact here as singular vectors of the rows, and quicker.
    variances, directions = torch.linalg.eigh((rows - centre_D).T @ (rows - centre_D))
    first, second = variances.flip(0)[:2] / variances.sum()
    across_D, up_D = (d * d[d.abs().argmax()].sign() for d in directions.T.flip(0)[:2])
    shares = (float(first), float(second))
    return Plane(centre_D.numpy(), across_D.numpy(), up_D.numpy(), shares)


def told_apart(one: np.ndarray, other: np.ndarray) -> float:
    """How well a number tells two groups apart: 0.5 not at all, 1 without a mistake.

    The share of pairs, one of each group, in the commoner order (Mann and Whitney 1947).
    """
    above = (one[:, None] > other).mean() + 0.5 * (one[:, None] == other).mean()
    return float(max(above, 1 - above))


def rank_correlation(values: np.ndarray) -> float:
    """How far values rise, or fall, from the first to the last: from 0 to 1 (Spearman 1904)."""
    ranks = values.argsort().argsort()
    return float(abs(np.corrcoef(ranks, np.arange(len(values)))[0, 1]))


@dataclass(frozen=True)
class Pairs(Record):
    """Word pairs; ``ranks`` say as the how manieth of ``among`` words the second is found.

    Those words lie in the order of their cosine with the first; by chance the rank is half of
    ``among``.
    """

    french: tuple[str, ...]
    english: tuple[str, ...]
    ranks: np.ndarray
    among: int


def translation_ranks(translator: Translator, words: Words) -> Pairs:
    """``TRANSLATIONS`` among ``words``: only pairs of which each word is one piece.

    A translation that is not among the words joins them.
    """
    pairs, ranks = [], []
    for pair in TRANSLATIONS:
        ids = {word: look_up(translator.tokenizer, word) for word in pair}
        if all(len(pieces) == 1 for pieces in ids.values()):
            order = nearest(words.join(words_of(translator, ids)), pair[0]).names
            pairs.append(pair)
            ranks.append(1 + order.index(pair[1]))
    french, english = (tuple(pair[side] for pair in pairs) for side in (0, 1))
    return Pairs(french, english, np.array(ranks), len(words.names))


def _spoken(tokens: Tokens, positions: range | tuple[int, ...]) -> tuple[int, ...]:
    """Ids of the pieces at ``positions``, a lone space mark before others left out."""
    ids = tuple(tokens.ids[i] for i in positions if tokens.pieces[i] != BOUNDARY)
    return ids or tuple(tokens.ids[i] for i in positions)
