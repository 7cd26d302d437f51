"""Attention as a reader wants it: pieces or words, with or without special tokens, named axes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from transformer.tokenizer import Tokens
from transformer.trace import Kind, RecurrentTrace, Trace
from transformer.translator import Translation

Unit = Literal["pieces", "words"]


@dataclass(frozen=True)
class Token:
    """One row or column: its label, the pieces it stands for, whether it is special."""

    label: str
    pieces: tuple[int, ...]
    special: bool

    @property
    def telling(self) -> bool:
        """Whether this is a word: no special token, no punctuation."""
        return not self.special and any(map(str.isalnum, self.label))


@dataclass(frozen=True)
class View:
    """The attention of one kind in all layers N, ready to be drawn.

    ``weights_NHLM[layer, head, row, column]``; rows are queries, columns are keys. Of each row's
    weight, which sums to one, ``special_NHL`` lies on special tokens, shown or hidden. Rows and
    columns are ``telling`` if they are words rather than special tokens or punctuation.
    """

    kind: Kind
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    weights_NHLM: np.ndarray
    special_NHL: np.ndarray
    telling_rows: np.ndarray
    telling_columns: np.ndarray


def view(translation: Translation, kind: Kind, unit: Unit, hide_special: bool = False) -> View:
    """Weights of ``kind`` by piece or by word.

    A word's column is the sum over its pieces, its row the mean over its pieces, so that rows
    still sum to one. Rows of the decoder are named after the piece being written; the columns of
    its self-attention after the pieces it has read, ``<s>`` first. Raises UsageError where a
    recurrent model has no such attention.
    """
    rows, columns = axes(translation, kind, unit)
    weights = translation.record.weights(kind)
    if unit == "words":
        weights = by_word(weights, [t.pieces for t in rows], [t.pieces for t in columns])
    shown_rows = [i for i, token in enumerate(rows) if not (hide_special and token.special)]
    shown_columns = [i for i, token in enumerate(columns) if not (hide_special and token.special)]
    weights = weights[..., shown_rows, :]
    special = weights[..., [i for i, token in enumerate(columns) if token.special]].sum(-1)
    return View(
        kind=kind,
        rows=numbered([rows[i].label for i in shown_rows]),
        columns=numbered([columns[i].label for i in shown_columns]),
        weights_NHLM=np.ascontiguousarray(weights[..., shown_columns]),
        special_NHL=special,
        telling_rows=np.array([rows[i].telling for i in shown_rows], dtype=bool),
        telling_columns=np.array([columns[i].telling for i in shown_columns], dtype=bool),
    )


def by_word(
    weights: np.ndarray, rows: Sequence[Sequence[int]], columns: Sequence[Sequence[int]]
) -> np.ndarray:
    """(..., L, M) by piece -> (..., rows, columns): mean over a row's pieces, sum over a column's.

    Words of no pieces get 0.
    """
    weights = np.stack(
        [weights[..., list(row), :].sum(-2) / max(1, len(row)) for row in rows], axis=-2
    )
    return np.stack([weights[..., list(column)].sum(-1) for column in columns], axis=-1)


def numbered(labels: Sequence[str]) -> tuple[str, ...]:
    """Labels that occur more than once get a number: ``le (1)``, ``le (2)``."""
    total, seen = Counter(labels), Counter[str]()
    named = []
    for label in labels:
        seen[label] += 1
        named.append(f"{label} ({seen[label]})" if total[label] > 1 else label)
    return tuple(named)


def strongest_link(seen: View, weights_LM: np.ndarray) -> tuple[int, int]:
    """A row that looks clearly at one column, and that column, where its largest weight is.

    Among words that look most at a word, if there are any: special tokens and punctuation are
    often looked at for want of anything better (Clark et al. 2019, section 3.2).
    """
    best = weights_LM.argmax(-1)
    largest = weights_LM.max(-1)
    telling = seen.telling_rows & seen.telling_columns[best]
    row = int(np.where(telling, largest, -1.0).argmax() if telling.any() else largest.argmax())
    return row, int(best[row])


def axes(translation: Translation, kind: Kind, unit: Unit) -> tuple[list[Token], list[Token]]:
    """What the rows (queries) and the columns (keys) of an attention stand for."""
    source, target = translation.source, translation.target
    if kind == "encoder":
        return _tokens(source, unit), _tokens(source, unit)
    written = _tokens(target, unit)
    return written, _tokens(source, unit) if kind == "cross" else _read(target, unit)


def piece_names(translation: Translation, kind: Kind) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The pieces that ask (queries) and those that answer (keys), no two of a side named alike."""
    rows, columns = axes(translation, kind, "pieces")
    return numbered([row.label for row in rows]), numbered([column.label for column in columns])


def _tokens(tokens: Tokens, unit: Unit) -> list[Token]:
    if unit == "words":
        return [Token(word.text, word.pieces, word.special) for word in tokens.words]
    special = {piece for word in tokens.words if word.special for piece in word.pieces}
    return [Token(piece, (i,), i in special) for i, piece in enumerate(tokens.pieces)]


def _read(target: Tokens, unit: Unit) -> list[Token]:
    """What the decoder has read: ``<s>``, then the target without its last piece."""
    last = len(target.pieces) - 1
    read = [Token("<s>", (0,), True)]
    for token in _tokens(target, unit):
        pieces = tuple(piece + 1 for piece in token.pieces if piece < last)
        if pieces:
            read.append(Token(token.label, pieces, token.special))
    return read


def link_layer(record: Trace | RecurrentTrace) -> int:
    """The layer (from 0) of cross-attention to show where none was measured or chosen.

    The last but one, whose mean over the heads linked words best in Garg et al. (2019, section
    4.1), or the only one.
    """
    return max(0, record.layers("cross") - 2)
