"""Attention as lines between words: the record that a figure or the browser draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from transformer.trace import Kind

FAINTEST = 0.02  # weights below have no line: at that opacity nobody would see it
MANY = 64 * 64  # weights of a head: with more of them,
FAINTEST_OF_MANY = 0.1  # only these have a line


class Lines(NamedTuple):
    """Lines in the order in which they are drawn, the strongest last; all count from 0."""

    layer: np.ndarray
    head: np.ndarray
    row: np.ndarray
    column: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True)
class Panel:
    """The attention of one kind in the chosen ``layers`` (from 0, of which there are N).

    ``rows`` are queries and ``columns`` are keys, each standing for one or more pieces;
    ``weights_NHLM[n, head, row, column]`` are those of ``layers[n]``.
    """

    kind: Kind
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    row_pieces: tuple[tuple[int, ...], ...]
    column_pieces: tuple[tuple[int, ...], ...]
    layers: tuple[int, ...]
    weights_NHLM: np.ndarray
    shown_NH: np.ndarray
    pinned_rows: tuple[int, ...]
    pinned_columns: tuple[int, ...]

    @property
    def faintest(self) -> float:
        """The smallest weight that has a line."""
        return FAINTEST if len(self.rows) * len(self.columns) <= MANY else FAINTEST_OF_MANY

    def lines(self) -> Lines:
        """Every weight of a shown head from ``faintest`` on that begins or ends at a pinned word.

        Without a pinned word there are those of all words.
        """
        pinned_LM = np.zeros(self.weights_NHLM.shape[2:], dtype=bool)
        pinned_LM[list(self.pinned_rows), :] = True
        pinned_LM[:, list(self.pinned_columns)] = True
        if not pinned_LM.any():
            pinned_LM[:] = True
        drawn = (self.weights_NHLM >= self.faintest) & pinned_LM & self.shown_NH[..., None, None]
        n, head, row, column = np.nonzero(drawn)
        weight = self.weights_NHLM[drawn]
        order = np.argsort(weight, kind="stable")
        layer = np.array(self.layers, dtype=int)[n]
        return Lines(*(part[order] for part in (layer, head, row, column, weight)))
