"""The last step in float64: a vector times the embedding matrix, and softmax over all pieces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transformer.analysis.check import Check
from transformer.trace import Record
from transformer.translator import Translation, Translator

LIKELIEST = 5


@dataclass(frozen=True)
class NextPiece(Record):
    """How the decoder chooses at one step (Vaswani et al. 2017, section 3.4).

    ``decoded`` is the decoder's last vector, ``row`` that of the likeliest piece in the embedding
    matrix; the sum of their ``products`` is its logit. ``logits`` are such sums for every piece,
    ``exponentials`` e to the power of logit minus ``shift``, the largest (softmax does not change,
    and nothing overflows); divided by ``total`` they are ``probabilities``. ``best`` are the ids
    of the likeliest, in order; ``written`` is the id that was written, not always the likeliest:
    beam search weighs whole sentences.
    """

    decoded_D: np.ndarray
    row_D: np.ndarray
    products_D: np.ndarray
    logit: Check
    logits_V: np.ndarray
    logits: Check
    shift: float
    exponentials_V: np.ndarray
    total: float
    probabilities_V: np.ndarray
    probability: Check
    best: tuple[int, ...]
    written: int


def next_piece(translator: Translator, translation: Translation, step: int) -> NextPiece:
    """Recompute the probabilities of the piece at ``step`` (from 0) of the translation."""
    trace, thought = translation.trace, translation.search.steps[step]
    decoded_D = trace.decoded_LD[step].astype(np.float64)
    matrix_VD = translator.embedding_rows(range(len(translator.tokenizer))).astype(np.float64)
    logits_V = matrix_VD @ decoded_D
    shift = float(logits_V.max())
    exponentials_V = np.exp(logits_V - shift)
    total = float(exponentials_V.sum())
    probabilities_V = exponentials_V / total
    order = np.argsort(-logits_V)[:LIKELIEST]
    row_D = matrix_VD[order[0]]
    model_V = trace.logits_LV[step]
    model = np.array([probability for _, probability in thought.likeliest])
    return NextPiece(
        decoded_D=decoded_D,
        row_D=row_D,
        products_D=decoded_D * row_D,
        logit=Check.of((decoded_D * row_D).sum(), model_V[order[0]]),
        logits_V=logits_V,
        logits=Check.of(logits_V, model_V, int(order[0])),
        shift=shift,
        exponentials_V=exponentials_V,
        total=total,
        probabilities_V=probabilities_V,
        probability=Check.of(probabilities_V[order], model),
        best=tuple(int(id) for id in order),
        written=translation.target.ids[step],
    )
