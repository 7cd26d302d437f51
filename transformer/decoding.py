"""From logits to sentences: greedy, beam, sampled; over ids, with a cache. Knows no text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from transformer.data import pad
from transformer.edits import Edits
from transformer.errors import UsageError
from transformer.network import AnyState, Network
from transformer.ranking import largest, likeliest
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
        score = log_probability / length_divisor(len(ids), length_penalty)
        return cls(tuple(ids), log_probability, score)


@dataclass(frozen=True)
class Weighed:
    """What one step of a beam search weighed: of every sentence going on the 2 K likeliest
    continuations, the likeliest first.

    ``step`` counts from 0; ``sentences_B`` are places among the sources; ``parents_BC`` places
    among the K that the step before kept; ``ends_BK`` is true for those of the K best that are
    finished; ``kept_BK`` are the ranks of those that go on. A total of minus infinity stands for a
    continuation that cannot be.
    """

    step: int
    sentences_B: Tensor
    totals_BC: Tensor
    parents_BC: Tensor
    ids_BC: Tensor
    ends_BK: Tensor
    kept_BK: Tensor


def length_divisor(length: int, length_penalty: float) -> float:
    """By what the log-probability of ``length`` pieces is divided (Wu et al. 2016, section 7)."""
    return ((5 + length) / 6) ** length_penalty


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


def greedy_search(
    model: Network[Any],
    sources: Sequence[Sequence[int]],
    length_penalty: float = 1.0,
    edits: Edits = (),
) -> list[Hypothesis]:
    """The likeliest piece at every step."""
    return _write(model, sources, likeliest, length_penalty, edits)


def sample(
    model: Network[Any],
    sources: Sequence[Sequence[int]],
    temperature: float = 1.0,
    seed: int = 0,
    length_penalty: float = 1.0,
    edits: Edits = (),
) -> list[Hypothesis]:
    """A piece drawn at every step, from the probabilities to the power of 1 / ``temperature``.

    A step draws one random number for all sentences: a batch writes what one by one would write.
    The log-probabilities are the model's own, whatever the temperature. Raises UsageError for a
    temperature that is not above 0.
    """
    if not temperature > 0:
        raise UsageError(
            "The temperature must be above 0; it is {temperature}. For the likeliest piece at "
            "every step choose greedy search.",
            temperature=temperature,
        )
    generator = torch.Generator().manual_seed(seed)

    def choose(log_probabilities_BV: Tensor) -> tuple[Tensor, Tensor]:
        uniform = float(torch.rand((), generator=generator, dtype=torch.float64))
        ids_B = draw(log_probabilities_BV, temperature, uniform)
        return log_probabilities_BV.gather(1, ids_B[:, None])[:, 0], ids_B

    return _write(model, sources, choose, length_penalty, edits)


def draw(log_probabilities_BV: Tensor, temperature: float, uniform: float) -> Tensor:
    """The id in each row at which the sum of probabilities passes ``uniform`` (from 0, below 1)."""
    sums_BV = (log_probabilities_BV.double() / temperature).softmax(-1).cumsum(-1)
    ids_B = (sums_BV <= uniform * sums_BV[:, -1:]).sum(-1)
    return ids_B.clamp(max=sums_BV.shape[1] - 1)


def continue_from(
    model: Network[Any],
    source: Sequence[int],
    beginnings: Sequence[Sequence[int]],
    length_penalty: float = 1.0,
    edits: Edits = (),
) -> list[Hypothesis]:
    """Each of ``beginnings``, which are equally long, and then the likeliest piece at every step.

    An empty beginning gives greedy search. ``</s>`` may only stand last. Raises UsageError for a
    beginning that leaves no room for ``</s>``.
    """
    limit = int(_limits(model, torch.tensor(len(source))))
    if max(len(begun) - (END in begun) for begun in beginnings) >= limit:
        raise UsageError(
            "The beginning has {pieces} pieces; for this French sentence the model writes at most "
            "{most}. Shorten the beginning.",
            pieces=len(beginnings[0]),
            most=limit,
        )
    device = model.embedding.weight.device
    forced = iter(torch.tensor(beginnings, dtype=torch.long, device=device).T)

    def choose(log_probabilities_BV: Tensor) -> tuple[Tensor, Tensor]:
        ids_B = next(forced, None)
        if ids_B is None:
            return likeliest(log_probabilities_BV)
        return log_probabilities_BV.gather(1, ids_B[:, None])[:, 0], ids_B

    return _write(model, [source] * len(beginnings), choose, length_penalty, edits)


@torch.inference_mode()
def _write(
    model: Network[Any],
    sources: Sequence[Sequence[int]],
    choose: Callable[[Tensor], tuple[Tensor, Tensor]],
    length_penalty: float,
    edits: Edits,
) -> list[Hypothesis]:
    """One beginning a sentence; ``choose`` takes (B, V) log-probabilities and returns those of the
    next pieces and their ids, both (B,)."""
    cache, limits_B = _start(model, sources, edits)
    ids_B = torch.full_like(limits_B, BEGIN)
    totals_B = torch.zeros(len(sources), device=limits_B.device)
    written: list[list[int]] = [[] for _ in sources]
    finished, shortest = [0.0] * len(sources), int(limits_B.min())
    sentences = list(range(len(sources)))  # which source each row belongs to
    while sentences:
        log_probabilities = model.step(ids_B, cache).log_softmax(-1)
        if cache.length >= shortest:
            _must_end(log_probabilities, limits_B == cache.length)
        chosen_B, ids_B = choose(log_probabilities)
        totals_B = totals_B + chosen_B
        ids = ids_B.tolist()
        for row, (sentence, id) in enumerate(zip(sentences, ids, strict=True)):
            written[sentence].append(id)
            if id == END:
                finished[sentence] = float(totals_B[row])
        going = [row for row, id in enumerate(ids) if id != END]
        if going and len(going) < len(ids):
            rows = torch.tensor(going, device=limits_B.device)
            limits_B, ids_B, totals_B = limits_B[rows], ids_B[rows], totals_B[rows]
            cache.select(rows, rows)
        sentences = [sentences[row] for row in going]
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
    observe: Callable[[Weighed], None] | None = None,
) -> list[list[Hypothesis]]:
    """Keep the K = ``beam_size`` likeliest beginnings at every step (Wu et al. 2016, section 7).

    A beginning is finished when ``</s>`` is among the K best continuations of its sentence; a
    sentence is done when it has K finished ones. ``observe`` is shown every step, and must not
    change what it is shown.
    """
    cache, limits_S = _start(model, sources, edits)
    sentences_B = torch.arange(len(sources), device=limits_S.device)  # those that are not done
    cache.select(sentences_B.repeat_interleave(beam_size), sentences_B)
    first_rows_B1 = beam_size * sentences_B[:, None]
    written_BKL = torch.full((len(sources), beam_size, 1), BEGIN, device=limits_S.device)
    totals_BK = torch.full((len(sources), beam_size), -torch.inf, device=limits_S.device)
    totals_BK[:, 0] = 0.0  # all beginnings are alike: only one may continue at the first step
    finished: list[list[Hypothesis]] = [[] for _ in sources]
    shortest = int(limits_S.min())
    while len(sentences_B):
        log_probabilities = model.step(written_BKL[..., -1].flatten(), cache).log_softmax(-1)
        log_probabilities_BKV = log_probabilities.unflatten(0, (-1, beam_size))
        if cache.length >= shortest:
            _must_end(log_probabilities_BKV, limits_S[sentences_B] == cache.length)
        totals_BC, parents_BC, ids_BC = _continuations(log_probabilities_BKV, totals_BK)
        ends_BC = ids_BC == END
        ends_BK = (ends_BC & (totals_BC > -torch.inf))[:, :beam_size]
        ends = ends_BK.nonzero().tolist()
        for row, rank in ends:
            ids = [*written_BKL[row, parents_BC[row, rank], 1:].tolist(), END]
            found = Hypothesis.rated(ids, float(totals_BC[row, rank]), length_penalty)
            finished[int(sentences_B[row])].append(found)
        totals_BK, kept_BK = totals_BC.masked_fill(ends_BC, -torch.inf).topk(beam_size)
        if observe is not None:
            step = cache.length - 1
            observe(Weighed(step, sentences_B, totals_BC, parents_BC, ids_BC, ends_BK, kept_BK))
        parents_BK, ids_BK = parents_BC.gather(1, kept_BK), ids_BC.gather(1, kept_BK)
        grown_BKL = written_BKL.gather(1, parents_BK[..., None].expand_as(written_BKL))
        written_BKL = torch.cat([grown_BKL, ids_BK[..., None]], dim=-1)
        rows_BK = first_rows_B1[: len(sentences_B)] + parents_BK
        if ends or cache.length >= shortest:  # else nobody can be done
            done = [len(finished[sentence]) >= beam_size for sentence in sentences_B.tolist()]
            going_B = ~torch.tensor(done, device=totals_BK.device) & (totals_BK[:, 0] > -torch.inf)
            if not bool(going_B.all()):
                cache.select(rows_BK[going_B].flatten(), going_B.nonzero()[:, 0])
                sentences_B, totals_BK = sentences_B[going_B], totals_BK[going_B]
                written_BKL = written_BKL[going_B]
                continue
        cache.reorder(rows_BK.flatten())
    return [sorted(found, key=lambda h: -h.score)[:beam_size] for found in finished]


def _continuations(
    log_probabilities_BKV: Tensor, totals_BK: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The 2 K likeliest continuations of each sentence: totals, parents and ids, all (B, 2 K).

    Twice the beam: even if half of them end, K beginnings go on.
    """
    _, beam_size, vocabulary = log_probabilities_BKV.shape
    everything = (log_probabilities_BKV + totals_BK[..., None]).flatten(1)
    totals_BC, places_BC = largest(everything, 2 * beam_size)
    return totals_BC, places_BC // vocabulary, places_BC % vocabulary


def _start(
    model: Network[AnyState], sources: Sequence[Sequence[int]], edits: Edits
) -> tuple[AnyState, Tensor]:
    """A cache over the encoded sources, and how many pieces each translation may have."""
    device = model.embedding.weight.device
    lengths_B = torch.tensor([len(source) for source in sources], device=device)
    cache = model.start(pad(sources).to(device), lengths_B, edits)
    return cache, _limits(model, lengths_B)


def _limits(model: Network[Any], lengths_B: Tensor) -> Tensor:
    """How many pieces a translation of so many French ones may have."""
    return (2 * lengths_B + 16).clamp(max=model.config.max_length)


def _must_end(log_probabilities: Tensor, now_B: Tensor) -> None:
    """Where a sentence has reached its limit, only ``</s>`` can follow."""
    if bool(now_B.any()):
        others = torch.ones_like(log_probabilities[0], dtype=torch.bool)
        others[..., END] = False
        now_B = now_B.view(-1, *[1] * others.dim())
        log_probabilities.masked_fill_(now_B & others, -torch.inf)
