"""Remember one letter: which one stood k steps ago, at the very beginning of the sequence?

Two recurrent networks and a Transformer of about as many parameters learn it from random
sequences. The task is that of Hochreiter and Schmidhuber (1997, section 5.2) with distractors:
the first letter decides what to say at the end, and whatever stands between says nothing. What the
gradient must cross are k steps; why it vanishes on the way: Bengio et al. (1994).
"""

from __future__ import annotations

import math
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from transformer.analysis.untrained import untrained
from transformer.benchmark import this_machine
from transformer.config import ModelConfig, RecurrentConfig
from transformer.errors import UsageError
from transformer.progress import Progress
from transformer.results import save_results
from transformer.tokenizer import BEGIN, SPECIAL_PIECES

Kind = Literal["tanh", "rnn", "transformer"]  # rnn: of LSTM layers, as elsewhere
KINDS: tuple[Kind, ...] = get_args(Kind)
LETTERS = 8
CHANCE = 1 / LETTERS
DISTANCES = (1, 2, 5, 10, 20, 50, 100, 200)
STEPS, BATCH, EVERY = 600, 32, 25  # at most so many steps; examined after every so many
ENOUGH = 0.99  # accuracy at which a training ends before that
UNSEEN = 256  # sequences of the examination
LEARNING_RATE, CLIP_NORM = 3e-3, 1.0
FIRST = len(SPECIAL_PIECES)  # the id of the first letter


class Recalled(NamedTuple):
    """What a model of ``kind`` can after so many ``steps`` of training.

    ``accuracy`` is the share of unseen sequences whose first of ``distance`` letters it names;
    ``seconds`` is the processor's time so far.
    """

    kind: Kind
    distance: int
    seed: int
    steps: int
    accuracy: float
    seconds: float

    @property
    def over(self) -> bool:
        """Whether its training ends here."""
        return self.accuracy >= ENOUGH or self.steps >= STEPS


class PlainRecurrent(nn.Module):
    """state = tanh(W x + U state): the recurrent network before the LSTM (Elman 1990)."""

    def __init__(self, d_model: int, d_state: int, seed: int) -> None:
        super().__init__()
        with torch.device("meta"):  # draws nothing: torch has one generator for all threads
            self.embedding = nn.Embedding(FIRST + LETTERS, d_model)
            self.reader = nn.RNN(d_model, d_state, batch_first=True)
            self.output = nn.Linear(d_state, d_model)
        self.to_empty(device="cpu")
        random = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            parameter.data.uniform_(-(d_state**-0.5), d_state**-0.5, generator=random)
        nn.init.normal_(self.embedding.weight, std=d_model**-0.5, generator=random)

    def forward(self, source_BM: Tensor, lengths_B: Tensor, target_BL: Tensor) -> Tensor:
        """As ``Network.forward``, for sources of one length and one letter to write: (B, 1, D)."""
        rows = self.embedding(source_BM) * math.sqrt(self.embedding.embedding_dim)
        return self.output(self.reader(rows)[0][:, -1:])

    def logits(self, decoded_BLD: Tensor) -> Tensor:
        return F.linear(decoded_BLD, self.embedding.weight)


def new_pupil(kind: Kind, seed: int) -> Any:
    """A model of that kind with 13,000 to 16,000 random parameters and no dropout."""
    shape: dict[str, Any] = {"dropout": 0.0, "vocabulary": FIRST + LETTERS}
    if kind == "tanh":
        return PlainRecurrent(d_model=16, d_state=104, seed=seed)
    if kind == "rnn":
        return untrained(RecurrentConfig("rnn", d_model=16, d_state=32, layers=1, **shape), seed)
    shape |= {"encoder_layers": 1, "decoder_layers": 1, "max_length": max(DISTANCES)}
    return untrained(ModelConfig(d_model=32, heads=2, d_k=8, d_ff=64, **shape), seed)


def recall(kind: Kind, distance: int, seed: int = 1) -> Iterator[Recalled]:
    """Train one model for one distance; what it can after every ``EVERY`` steps.

    Ends when it names ``ENOUGH`` of the letters, or after ``STEPS``. Repeatable on one machine.
    """
    model, random = new_pupil(kind, seed), np.random.default_rng(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
    examination, seconds = _draw(random, UNSEEN, distance), 0.0
    for step in range(1, STEPS + 1):
        begun = time.thread_time()
        letters_BM = _draw(random, BATCH, distance)
        optimizer.zero_grad()
        F.cross_entropy(_answer(model, letters_BM), letters_BM[:, 0]).backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
        optimizer.step()
        seconds += time.thread_time() - begun
        if step % EVERY == 0 or step == STEPS:
            found = Recalled(kind, distance, seed, step, _accuracy(model, examination), seconds)
            yield found
            if found.over:
                return


def measure(
    distances: Sequence[int] = DISTANCES, seeds: Sequence[int] = (1,)
) -> Iterator[Recalled]:
    """Every kind of model at every distance from every seed, one after the other."""
    for seed, distance, kind in product(seeds, distances, KINDS):
        yield from recall(kind, distance, seed)


def accuracies(results: Sequence[Recalled], kind: Kind) -> np.ndarray:
    """Distances of a kind, with mean, worst and best accuracy over the seeds, (4, distances)."""
    ended = [found for found in results if found.kind == kind and found.over]
    distances = sorted({found.distance for found in ended})
    by_distance = [[f.accuracy for f in ended if f.distance == distance] for distance in distances]
    return np.array(
        [distances, *([how(some) for some in by_distance] for how in (np.mean, min, max))]
    )


def reach(results: Sequence[Recalled], kind: Kind) -> int:
    """The longest distance up to which every seed named ``ENOUGH`` of the letters; 0: none."""
    longest = 0
    for distance, _mean, worst, _best in accuracies(results, kind).T:
        if worst < ENOUGH:
            break
        longest = int(distance)
    return longest


def add_options(parser: ArgumentParser) -> None:
    """``benchmark recall``: its options, and what runs it."""
    parser.set_defaults(command=benchmark_recall)
    add = parser.add_argument
    add("--out", required=True, type=Path, metavar="FILE.json", help="keep the results here")
    add("--seeds", type=int, default=3, metavar="N", help="trainings of each kind (default 3)")
    add("--distances", type=int, nargs="+", default=DISTANCES, metavar="K", help="in letters")


def benchmark_recall(options: Namespace) -> int:
    """What ``python -m transformer benchmark recall`` does."""
    if not 1 <= min(options.distances) <= max(options.distances) <= max(DISTANCES):
        raise UsageError("--distances must be from 1 to {longest}.", longest=max(DISTANCES))
    torch.set_num_threads(1)  # as in the app; and ``thread_time`` sees one thread
    progress, results = Progress("remembering"), list[Recalled]()
    count = len(KINDS) * len(options.distances) * options.seeds
    for found in measure(options.distances, range(1, options.seeds + 1)):
        if found.over:
            results.append(found)
            print(f"{found.kind}, {found.distance} steps ago: {found.accuracy:.0%}", flush=True)
        progress.show(len(results) / count)
    save_results(options.out, this_machine(torch.device("cpu")), results)
    return 0


def _draw(random: np.random.Generator, count: int, length: int) -> Tensor:
    """Random letters, (count, length)."""
    return torch.from_numpy(random.integers(FIRST, FIRST + LETTERS, (count, length)))


def _answer(model: Any, letters_BM: Tensor) -> Tensor:
    """Logits (B, V) of the letter asked for: the decoder reads ``<s>`` after all letters."""
    count, length = letters_BM.shape
    asked_B1 = torch.full((count, 1), BEGIN)
    decoded_B1D = model(letters_BM, torch.full((count,), length), asked_B1)
    return model.logits(decoded_B1D)[:, 0]


@torch.inference_mode()
def _accuracy(model: Any, letters_BM: Tensor) -> float:
    right_B = _answer(model, letters_BM).argmax(-1) == letters_BM[:, 0]
    return float(right_B.float().mean())
