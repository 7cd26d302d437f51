"""The logit lens: what each state of the decoder's residual stream would already write."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch.nn import LayerNorm

from transformer.analysis.check import Check, largest
from transformer.analysis.residual import layer_norm
from transformer.analysis.stack import PARTS, Part
from transformer.tokenizer import BEGIN
from transformer.trace import Record
from transformer.translator import Translation, Translator, log_softmax

LIKELIEST = 5


@dataclass(frozen=True)
class Lens(Record):
    """The decoder's last norm and the embedding matrix, used on states that they do not belong to
    (nostalgebraist 2020, "interpreting GPT: the logit lens").

    A row is a position of the target, a column one of the N states: the decoder's input, then what
    each layer leaves. ``best`` is the id of the likeliest piece, ``probability`` its probability;
    ``written`` is the probability of the piece that was written in the end, ``rank`` its rank, from
    1; ``read`` counts the positions where the likeliest at the input is the piece just read. After
    the last layer nothing is out of place: ``check`` compares all logits there.
    """

    best_LN: np.ndarray
    probability_LN: np.ndarray
    written_LN: np.ndarray
    rank_LN: np.ndarray
    read: int
    check: Check

    def leads_from(self) -> np.ndarray:
        """(L,): the first state from which on the written piece is the likeliest at every state;
        the number of states where it is not so even at the last."""
        overtaken_LN = self.rank_LN[:, ::-1] > 1
        states = overtaken_LN.shape[1]
        return np.where(overtaken_LN.any(1), states - overtaken_LN.argmax(1), 0)


@dataclass(frozen=True)
class LensSteps(Record):
    """The same for one position after every sub-layer: N states, the decoder's input first.

    ``parts`` say which layer (from 0) and sub-layer left each state but the input. ``best`` are the
    ids of the likeliest pieces in order, (N, LIKELIEST), ``probabilities`` theirs; ``written`` and
    ``rank`` as in ``Lens``.
    """

    parts: tuple[tuple[int, Part], ...]
    best: np.ndarray
    probabilities: np.ndarray
    written_N: np.ndarray
    rank_N: np.ndarray


def lens(translator: Translator, translation: Translation) -> Lens:
    """Read what every layer leaves as if it were the last, in float64.

    Raises UsageError for a recurrent model.
    """
    trace, ids = translation.trace, np.array(translation.target.ids)
    states = [layer.feed_forward.residual_after_LD for layer in trace.decoder]
    norm, matrix_VD = translator.transformer.decoder_norm, pieces_matrix(translator)
    columns = []
    for state_LD in [trace.target_input_LD, *states]:
        logits_LV = read_early(norm, matrix_VD, state_LD)
        probabilities_LV = np.exp(log_softmax(logits_LV))
        written_L, rank_L = _place_of(probabilities_LV, ids)
        columns.append((probabilities_LV.argmax(1), probabilities_LV.max(1), written_L, rank_L))
    best_LN, probability_LN, written_LN, rank_LN = (
        np.stack(column, axis=1) for column in zip(*columns, strict=True)
    )
    return Lens(
        best_LN=best_LN,
        probability_LN=probability_LN,
        written_LN=written_LN,
        rank_LN=rank_LN,
        read=int((best_LN[:, 0] == [BEGIN, *ids[:-1]]).sum()),
        check=Check.of(logits_LV, trace.logits_LV, largest(trace.logits_LV)),
    )


def lens_steps(translator: Translator, translation: Translation, step: int) -> LensSteps:
    """Read what every sub-layer leaves at position ``step`` (from 0) as if it were the last."""
    trace = translation.trace
    parts = tuple((number, part) for number in range(len(trace.decoder)) for part in PARTS)
    after = [getattr(trace.decoder[n], part).residual_after_LD[step] for n, part in parts]
    states_ND = np.stack([trace.target_input_LD[step], *after])
    norm = translator.transformer.decoder_norm
    logits_NV = read_early(norm, pieces_matrix(translator), states_ND)
    probabilities_NV = np.exp(log_softmax(logits_NV))
    best = np.argsort(-probabilities_NV)[:, :LIKELIEST]
    ids = np.full(len(states_ND), translation.target.ids[step])
    written_N, rank_N = _place_of(probabilities_NV, ids)
    return LensSteps(
        parts=parts,
        best=best,
        probabilities=np.take_along_axis(probabilities_NV, best, axis=1),
        written_N=written_N,
        rank_N=rank_N,
    )


def pieces_matrix(translator: Translator) -> np.ndarray:
    """(V, D): the embedding matrix in float64."""
    return translator.embedding_rows(range(len(translator.tokenizer))).astype(np.float64)


def read_early(norm: LayerNorm, matrix_VD: np.ndarray, state_LD: np.ndarray) -> np.ndarray:
    """(L, V): the logits that the last norm and the embedding matrix make of any state."""
    normed_LD = np.stack([layer_norm(norm, row_D, row_D).normalised_D for row_D in state_LD])
    return normed_LD @ matrix_VD.T


def _place_of(probabilities_LV: np.ndarray, ids_L: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The probability of one piece in each row, and its rank from 1."""
    written_L = probabilities_LV[range(len(ids_L)), ids_L]
    return written_L, 1 + (probabilities_LV > written_L[:, None]).sum(1)
