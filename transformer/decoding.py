"""From logits to sentences: greedy and beam search over ids, with a cache. Knows no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from transformer.data import pad
from transformer.edits import Edits
from transformer.errors import UsageError
from transformer.network import AnyState, Network
from transformer.tokenizer import BEGIN, END

WIDEST_BEAM = 32


@dataclass(frozen=True)
class Hypothesis:
    """One way to write the target: ids with ``</s>``, their summed log-probability (nats), and
    the score that ranks it: log-probability / ((5 + length) / 6) ** length_penalty."""

    ids: tuple[int, ...]
    log_probability: float
    score: float

    @classmethod
    def rated(
        cls, ids: Sequence[int], log_probability: float, length_penalty: float = 1.0
    ) -> Hypothesis:
        """With its score, normalised for length (Wu et al. 2016, section 7)."""
        score = log_probability / ((5 + len(ids)) / 6) ** length_penalty
        return cls(tuple(ids), log_probability, score)


def search(
    model: Network[Any],
    sources: Sequence[Sequence[int]],
    beam_size: int = 4,
    length_penalty: float = 1.0,
    edits: Edits = (),
) -> list[list[Hypothesis]]:
    """Hypotheses for every source (ids ending in ``</s>``), best first: greedy for a beam of 1.

    Raises UsageError for a beam that is no whole number from 1 to 32.
    """
    check_beam(beam_size)
    if beam_size == 1:
        found = greedy_search(model, sources, length_penalty, edits)
        return [[hypothesis] for hypothesis in found]
    return beam_search(model, sources, beam_size, length_penalty, edits)


def check_beam(beam_size: int) -> None:
    """UsageError for a beam that is no whole number from 1 to 32."""
    if not isinstance(beam_size, int) or not 1 <= beam_size <= WIDEST_BEAM:
        raise UsageError(
            "The beam must be a whole number from 1 to {widest}; it is {beam}.",
            widest=WIDEST_BEAM,
            beam=beam_size,
        )


@torch.inference_mode()
def greedy_search(
    model: Network[Any],
    sources: Sequence[Sequence[int]],
    length_penalty: float = 1.0,
    edits: Edits = (),
) -> list[Hypothesis]:
    """The likeliest piece at every step."""
    cache, limits_B = _start(model, sources, edits)
    count = len(sources)
    sentences = torch.arange(count, device=limits_B.device)  # which source each row belongs to
    ids_B = torch.full((count,), BEGIN, device=limits_B.device)
    totals_B = torch.zeros(count, device=limits_B.device)
    written: list[list[int]] = [[] for _ in sources]
    finished = [0.0] * count
    while len(sentences):
        log_probabilities = model.step(ids_B, cache).log_softmax(-1)
        _must_end(log_probabilities, limits_B[sentences] == cache.length)
        best_B, ids_B = log_probabilities.max(-1)
        totals_B = totals_B + best_B
        for row, (sentence, id) in enumerate(zip(sentences.tolist(), ids_B.tolist(), strict=True)):
            written[sentence].append(id)
            if id == END:
                finished[sentence] = float(totals_B[row])
        if bool((ids_B == END).any()):
            going = (ids_B != END).nonzero()[:, 0]
            sentences, ids_B, totals_B = sentences[going], ids_B[going], totals_B[going]
            cache.select(going)
    return [
        Hypothesis.rated(ids, total, length_penalty)
        for ids, total in zip(written, finished, strict=True)
    ]


@torch.inference_mode()
def beam_search(
    model: Network[Any],
    sources: Sequence[Sequence[int]],
    beam_size: int,
    length_penalty: float = 1.0,
    edits: Edits = (),
) -> list[list[Hypothesis]]:
    """Keep the K = ``beam_size`` likeliest beginnings at every step (Wu et al. 2016, section 7).

    A beginning is finished when ``</s>`` is among the K best continuations of its sentence; a
    sentence is done when it has K finished ones.
    """
    cache, limits_S = _start(model, sources, edits)
    sentences_B = torch.arange(len(sources), device=limits_S.device)  # those that are not done
    cache.select(sentences_B.repeat_interleave(beam_size))
    written_BKL = torch.full((len(sources), beam_size, 1), BEGIN, device=limits_S.device)
    totals_BK = torch.full((len(sources), beam_size), -torch.inf, device=limits_S.device)
    totals_BK[:, 0] = 0.0  # all beginnings are alike: only one may continue at the first step
    finished: list[list[Hypothesis]] = [[] for _ in sources]
    while len(sentences_B):
        log_probabilities = model.step(written_BKL[..., -1].flatten(), cache).log_softmax(-1)
        log_probabilities_BKV = log_probabilities.unflatten(0, (-1, beam_size))
        _must_end(log_probabilities_BKV, limits_S[sentences_B] == cache.length)
        totals_BC, parents_BC, ids_BC = _continuations(log_probabilities_BKV, totals_BK)
        ends_BC = (ids_BC == END) & totals_BC.isfinite()
        for row, rank in ends_BC[:, :beam_size].nonzero().tolist():
            ids = [*written_BKL[row, parents_BC[row, rank], 1:].tolist(), END]
            found = Hypothesis.rated(ids, float(totals_BC[row, rank]), length_penalty)
            finished[int(sentences_B[row])].append(found)
        totals_BK, kept_BK = totals_BC.masked_fill(ids_BC == END, -torch.inf).topk(beam_size)
        parents_BK, ids_BK = parents_BC.gather(1, kept_BK), ids_BC.gather(1, kept_BK)
        grown_BKL = written_BKL.gather(1, parents_BK[..., None].expand_as(written_BKL))
        written_BKL = torch.cat([grown_BKL, ids_BK[..., None]], dim=-1)
        done = [len(finished[sentence]) >= beam_size for sentence in sentences_B.tolist()]
        going_B = ~(torch.tensor(done, device=totals_BK.device) | totals_BK[:, 0].isinf())
        first_rows_B = beam_size * torch.arange(len(sentences_B), device=totals_BK.device)
        rows_BK = first_rows_B[:, None] + parents_BK
        if bool(going_B.all()):
            cache.reorder(rows_BK.flatten())
        else:
            cache.select(rows_BK[going_B].flatten())
            sentences_B, totals_BK = sentences_B[going_B], totals_BK[going_B]
            written_BKL = written_BKL[going_B]
    return [sorted(found, key=lambda h: -h.score)[:beam_size] for found in finished]


def _continuations(
    log_probabilities_BKV: Tensor, totals_BK: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The 2 K likeliest continuations of each sentence: totals, parents and ids, all (B, 2 K).

    Twice the beam: even if half of them end, K beginnings go on.
    """
    _, beam_size, vocabulary = log_probabilities_BKV.shape
    everything = (log_probabilities_BKV + totals_BK[..., None]).flatten(1)
    totals_BC, places_BC = everything.topk(2 * beam_size)
    return totals_BC, places_BC // vocabulary, places_BC % vocabulary


def _start(
    model: Network[AnyState], sources: Sequence[Sequence[int]], edits: Edits
) -> tuple[AnyState, Tensor]:
    """A cache over the encoded sources, and how many pieces each translation may have."""
    device = model.embedding.weight.device
    lengths_B = torch.tensor([len(source) for source in sources], device=device)
    cache = model.start(pad(sources).to(device), lengths_B, edits)
    return cache, (2 * lengths_B + 16).clamp(max=model.config.max_length)


def _must_end(log_probabilities: Tensor, now_B: Tensor) -> None:
    """Where a sentence has reached its limit, only ``</s>`` can follow."""
    if bool(now_B.any()):
        others = torch.ones_like(log_probabilities[0], dtype=torch.bool)
        others[..., END] = False
        now_B = now_B.view(-1, *[1] * others.dim())
        log_probabilities.masked_fill_(now_B & others, -torch.inf)
