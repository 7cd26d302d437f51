"""How pieces become vectors, in float64: rows of a matrix, plus sines and cosines."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from transformer.analysis.check import Check, largest
from transformer.analysis.stack import Stack
from transformer.trace import Record
from transformer.translator import Translator


@dataclass(frozen=True)
class EmbeddingByHand(Record):
    """The vectors of one side, step by step (Vaswani et al. 2017, sections 3.4 and 3.5).

    ``rows`` of the learned matrix; the same times ``factor``, sqrt(d_model); the positions, by
    their formula; their sum, which the first layer reads. All float64; every check covers all
    numbers of its step and shows the largest of the chosen piece.
    """

    rows_LD: np.ndarray
    factor: float
    scaled_LD: np.ndarray
    scaled: Check
    positions_LD: np.ndarray
    positions: Check
    sum_LD: np.ndarray
    sum: Check


def embedding_by_hand(translator: Translator, read: Stack, piece: int) -> EmbeddingByHand:
    """Recompute what the first layer reads; ``piece`` (from 0) is the one whose numbers to show."""
    rows_LD = translator.embedding_rows(read.ids).astype(np.float64)
    length, width = rows_LD.shape
    factor = math.sqrt(width)
    scaled_LD = rows_LD * factor
    positions_LD = sinusoid(np.arange(length), width)
    sum_LD = scaled_LD + positions_LD

    def check(again_LD: np.ndarray, model_LD: np.ndarray) -> Check:
        return Check.of(again_LD, model_LD, (piece, *largest(again_LD[piece])))

    return EmbeddingByHand(
        rows_LD=rows_LD,
        factor=factor,
        scaled_LD=scaled_LD,
        scaled=check(scaled_LD, read.embedding_LD),
        positions_LD=positions_LD,
        positions=check(positions_LD, translator.positions(length)),
        sum_LD=sum_LD,
        sum=check(sum_LD, read.input_LD),
    )


def sinusoid(positions: np.ndarray, width: int) -> np.ndarray:
    """Section 3.5's formula, (positions, width) in float64; positions may be fractions.

    Dimensions 2i (from 0) hold sin(position / 10000^(2i / width)), dimensions 2i + 1 the cosine.
    """
    angles = positions[:, None] / wavelengths(width)[None, :] * (2 * math.pi)
    even = np.arange(width) % 2 == 0
    return np.where(even, np.sin(angles), np.cos(angles))


def wavelengths(width: int) -> np.ndarray:
    """For every dimension, after how many positions its curve repeats: 2 pi to nearly 20,000 pi."""
    pairs = np.arange(width) // 2
    return 2 * math.pi * 10_000.0 ** (2 * pairs / width)
