"""How alike vectors are: a piece and its first self, its neighbours, its twin in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transformer.analysis.stack import Stack, stack
from transformer.tokenizer import Tokens
from transformer.trace import Record
from transformer.translator import Translation, Translator


def cosine(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The cosine of the angle between vectors along the last axis, in float64.

    1 is the same direction, 0 none in common, -1 the opposite; lengths do not matter.
    """
    one, other = one.astype(np.float64), other.astype(np.float64)
    lengths = np.linalg.norm(one, axis=-1) * np.linalg.norm(other, axis=-1)
    return (one * other).sum(-1) / lengths


def to_first_self(read: Stack) -> np.ndarray:
    """Every piece's cosine with its own embedding in every state, (L, states)."""
    states = read.states()
    return cosine(states, states[:1]).T


def to_piece(read: Stack, piece: int) -> np.ndarray:
    """Every piece's cosine with ``piece`` (from 0) in the same state, (L, states)."""
    states = read.states()
    return cosine(states, states[:, piece : piece + 1]).T


def to_next(translator: Translator, translation: Translation, read: Stack) -> np.ndarray:
    """Every English row's cosine with the embedding of the piece it goes on to write.

    ``read`` is the decoder's side; the result is (L, states).
    """
    return cosine(read.states(), translator.embedding_rows(translation.target.ids)).T


def to_other(one: Stack, other: Stack, layer: int) -> np.ndarray:
    """Every piece's cosine with each piece of another sentence after ``layer`` (from 0), (L, M)."""
    after = layer + 2  # behind embedding and input
    return cosine(one.states()[after][:, None], other.states()[after][None])


@dataclass(frozen=True)
class Twins(Record):
    """The same word in two sentences.

    ``cosines`` has one number for every state: embedding, input, after each encoder layer, final.
    ``others`` is the mean cosine of two different pieces, one from each sentence, in these states:
    what is alike anyway (Ethayarajh 2019, section 4.1, on why to compare with it).
    """

    word: str
    cosines: np.ndarray
    others: np.ndarray


def twins(first: Translation, second: Translation, word: str) -> Twins:
    """Compare the first ``word`` of both French sentences: means over its pieces' vectors.

    Raises ValueError if it is not among their ``shared_words``.
    """
    places = shared_words(first.source, second.source).get(word)
    if places is None:
        raise ValueError(f"the sentences do not share the word {word!r}")
    one, other = stack(first, "source"), stack(second, "source")
    pair = [
        side.states()[:, list(pieces)].mean(1)
        for side, pieces in zip((one, other), places, strict=True)
    ]
    return Twins(word, cosine(*pair), _mean_of_others(one, other))


Places = tuple[tuple[int, ...], tuple[int, ...]]  # of a word's pieces in two sentences


def shared_words(first: Tokens, second: Tokens) -> dict[str, Places]:
    """Words that both sentences write with the same pieces, in the order of ``first``.

    Special tokens and punctuation are left out; of a word that comes twice, the first counts.
    """
    there = _first_places(second)
    return {
        word: (pieces, there[word])
        for word, pieces in _first_places(first).items()
        if word in there and _ids(first, pieces) == _ids(second, there[word])
    }


def _first_places(tokens: Tokens) -> dict[str, tuple[int, ...]]:
    places: dict[str, tuple[int, ...]] = {}
    for word in tokens.words:
        if not word.special and any(map(str.isalnum, word.text)):
            places.setdefault(word.text, word.pieces)
    return places


def _ids(tokens: Tokens, pieces: Sequence[int]) -> list[int]:
    return [tokens.ids[piece] for piece in pieces]


def _mean_of_others(one: Stack, other: Stack) -> np.ndarray:
    """Over all pairs of different pieces, one from each sentence; </s> and any word make a pair."""
    cosines = cosine(one.states()[:, :, None], other.states()[:, None])
    different = np.array(one.ids)[:, None] != np.array(other.ids)
    return cosines[:, different].mean(-1)
