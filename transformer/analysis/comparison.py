"""Two heads side by side, word by word, whatever sentences or models they are of."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transformer.analysis.view import View, axes, view
from transformer.trace import Kind
from transformer.translator import Translation

Pairs = tuple[tuple[int, int], ...]
Place = tuple[int, int]  # layer and head, from 0


@dataclass(frozen=True)
class Compared:
    """The weights of two heads by word, ``one_LM`` and ``two_LM``, and the second minus the first.

    ``difference_RC`` has only the rows and columns of words that were paired up, named ``rows``
    and ``columns``; ``both_RC`` are the two weights behind each difference, (2, R, C). ``alone``
    are the words that found no partner.
    """

    one: View
    two: View
    one_LM: np.ndarray
    two_LM: np.ndarray
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    both_RC: np.ndarray
    alone: tuple[str, ...]

    @property
    def difference_RC(self) -> np.ndarray:
        return self.both_RC[1] - self.both_RC[0]

    def largest(self) -> Place:
        """Row and column of the largest difference, whichever its sign."""
        size_RC = np.abs(self.difference_RC)
        row, column = np.unravel_index(size_RC.argmax(), size_RC.shape)
        return int(row), int(column)


def compare_heads(
    one: Translation, two: Translation, kind: Kind, place_one: Place, place_two: Place
) -> Compared:
    """A head of ``one`` beside a head of ``two``; both of them are of ``kind``.

    Raises UsageError where a recurrent model has no such attention.
    """
    seen = [view(translation, kind, "words") for translation in (one, two)]
    one_LM, two_LM = (
        s.weights_NHLM[place] for s, place in zip(seen, (place_one, place_two), strict=True)
    )
    rows, columns = _paired_axes(one, two, kind)
    (i, j), (k, m) = (np.array(pairs).T for pairs in (rows, columns))
    return Compared(
        one=seen[0],
        two=seen[1],
        one_LM=one_LM,
        two_LM=two_LM,
        rows=_pair_names(seen[0].rows, seen[1].rows, rows),
        columns=_pair_names(seen[0].columns, seen[1].columns, columns),
        both_RC=np.stack([one_LM[np.ix_(i, k)], two_LM[np.ix_(j, m)]]),
        alone=tuple(
            dict.fromkeys(
                [
                    *_alone(seen[0].rows, i),
                    *_alone(seen[1].rows, j),
                    *_alone(seen[0].columns, k),
                    *_alone(seen[1].columns, m),
                ]
            )
        ),
    )


def head_differences(one: Translation, two: Translation, kind: Kind) -> np.ndarray:
    """By how much each head's weights differ between two translations of one model.

    (layers, H): the mean, without sign, over all pairs of words that both have.
    """
    rows, columns = _paired_axes(one, two, kind)
    (i, j), (k, m) = (np.array(pairs).T for pairs in (rows, columns))
    first, second = (view(translation, kind, "words").weights_NHLM for translation in (one, two))
    return np.abs(second[..., j[:, None], m] - first[..., i[:, None], k]).mean((-2, -1))


def pair_up(one: Sequence[str], two: Sequence[str]) -> Pairs:
    """Places of words in ``one`` and in ``two`` that can be compared, in the order of ``one``.

    First the words that stand in both in the same order, then those that stand elsewhere, the first
    with the first; at last a word that took another's place between two words that stayed. Capitals
    make no difference.
    """
    first, second = ([word.casefold() for word in side] for side in (one, two))
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    pairs = {
        block.a + n: block.b + n
        for block in matcher.get_matching_blocks()
        for n in range(block.size)
    }
    taken = set(pairs.values())

    def join(i: int, j: int) -> None:
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)

    for i, word in enumerate(first):
        for j, other in enumerate(second):
            if word == other:
                join(i, j)
    for tag, begin, end, other_begin, other_end in matcher.get_opcodes():
        if tag == "replace" and end - begin == other_end - other_begin:
            for n in range(end - begin):
                join(begin + n, other_begin + n)
    return tuple(sorted(pairs.items()))


def _paired_axes(one: Translation, two: Translation, kind: Kind) -> tuple[Pairs, Pairs]:
    """Rows and columns that go together; the end marks always do."""
    (rows, columns), (other_rows, other_columns) = (
        [[token.label for token in axis] for axis in axes(translation, kind, "words")]
        for translation in (one, two)
    )
    return pair_up(rows, other_rows), pair_up(columns, other_columns)


def _pair_names(one: Sequence[str], two: Sequence[str], pairs: Pairs) -> tuple[str, ...]:
    return tuple(
        one[i] if one[i].casefold() == two[j].casefold() else f"{one[i]} / {two[j]}"
        for i, j in pairs
    )


def _alone(names: Sequence[str], paired: np.ndarray) -> list[str]:
    return [name for place, name in enumerate(names) if place not in paired]
