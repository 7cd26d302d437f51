"""How fast training goes: this network beside ``torch.nn.Transformer``, in the same loop.

Both networks are of one shape and learn the same pairs, by ``Learner``, in as many steps. What
differs is timed by itself: the network, and how pairs are put into batches: ``by length``, as
``train`` does, or ``to the longest``, drawn at random and padded to the longest of a batch.
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
from transformer.checkpoint import TOKENIZER
from transformer.config import ModelConfig, TrainConfig
from transformer.data import Pair, TrainingBatches, group_by_length, read_corpora
from transformer.errors import UsageError
from transformer.learner import Learner
from transformer.model import sinusoids
from transformer.plain import torch_layers
from transformer.progress import Progress, announce
from transformer.results import save_results
from transformer.timings import Machine
from transformer.tokenizer import PAD, Tokenizer
from transformer.translator import MODELS, pick_device

Net = Literal["ours", "torch"]
Batches = Literal["by length", "to the longest"]
CASES = tuple(product(get_args(Net), get_args(Batches)))
OURS, BASELINE = CASES[0], CASES[-1]
ROUNDS, SECONDS = 5, 8.0
WARM_UP = 2  # steps
MADE_UP = 32_768  # pairs, where no corpus is given
WORDS = (
    "le la un une et de dans sur avec maison jardin rivière montagne facteur boulangère cousin "
    "mange regarde trouvait demandera grand petite verte ancien demain souvent longtemps pourquoi",
    "the a and of in on with house garden river mountain postman baker cousin eats watches found "
    "will ask large small green ancient tomorrow often for a long time why",
)


class Pace(NamedTuple):
    """One round of training in one of the four ways.

    ``pieces`` were learned, both sides without padding, in ``seconds``, ``waiting`` of them for
    batches; ``padding`` is the share of places that hold none.
    """

    network: Net
    batches: Batches
    round: int
    steps: int
    pieces: int
    padding: float
    seconds: float
    waiting: float

    @property
    def speed(self) -> float:
        """Pieces a second."""
        return self.pieces / self.seconds


class TorchTransformer(nn.Module):
    """The network of ``config`` as one builds it from ``torch.nn.Transformer``.

    Pre-norm, one embedding for both languages and the logits, sines and cosines: as ``Transformer``
    but for the biases that torch adds to its attention.
    """

    positions: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.embedding = nn.Embedding(config.vocabulary, config.d_model)
        nn.init.normal_(self.embedding.weight, std=config.d_model**-0.5)
        table = sinusoids(config.max_length + 1, config.d_model)
        self.register_buffer("positions", table, persistent=False)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = torch_layers(config, config.dropout)

    def forward(self, source_BM: Tensor, lengths_B: Tensor, target_BL: Tensor) -> Tensor:
        """As ``Network.forward``."""
        hidden_BM = source_BM == PAD
        length = target_BL.shape[1]
        return self.layers(
            self._embed(source_BM),
            self._embed(target_BL),
            tgt_mask=torch.ones(length, length, device=target_BL.device).triu(1).bool(),
            src_key_padding_mask=hidden_BM,
            memory_key_padding_mask=hidden_BM,
            tgt_is_causal=True,
        )

    def logits(self, decoded_BLD: Tensor) -> Tensor:
        """As ``Network.logits``."""
        return F.linear(decoded_BLD, self.embedding.weight)

    def _embed(self, ids_BL: Tensor) -> Tensor:
        rows = self.embedding(ids_BL) * math.sqrt(self.embedding.embedding_dim)
        return self.dropout(rows + self.positions[: ids_BL.shape[1]])


def in_any_order(
    sources: list[list[int]], targets: list[list[int]], tokens_per_batch: int
) -> list[list[int]]:
    """As many groups as ``group_by_length`` makes, of as many pairs each, drawn at random."""
    count = len(group_by_length(sources, targets, tokens_per_batch))
    order = np.random.default_rng(len(sources)).permutation(len(sources))
    return [part.tolist() for part in np.array_split(order, count)]


def made_up_pairs(count: int, seed: int = 1) -> list[Pair]:
    """Words in any order, as long as real sentences are.

    Lengths are log-normal, as measured in pieces over 16,384 pairs of the default mixture: mean
    and deviation of the logarithm 2.56 and 0.53, English 0.87 times as long, by a factor of 1.25.
    """
    random = np.random.default_rng(seed)
    logarithms = np.stack([random.normal(2.45, 0.53, count), random.normal(-0.14, 0.22, count)])
    lengths = np.exp(logarithms.cumsum(0)).round().clip(1).astype(int)
    sides = (
        np.split(random.choice(words.split(), counts.sum()), counts.cumsum()[:-1])
        for words, counts in zip(WORDS, lengths, strict=True)
    )
    return [(" ".join(french), " ".join(english)) for french, english in zip(*sides, strict=True)]


def supply(loader: TrainingBatches) -> float:
    """Pieces a second that the loader makes where nobody trains, over the first chunk of a run."""
    begun, pieces = time.perf_counter(), 0
    for chunk, _, batch in loader.stream():
        if chunk > 0:
            break
        pieces += batch.pieces
    return pieces / (time.perf_counter() - begun)


class Runner:
    """Training in one of the four ways, a while at a time."""

    def __init__(
        self,
        case: tuple[Net, Batches],
        shape: ModelConfig,
        corpora: dict[str, list[Pair]],
        tokenizer: Tokenizer,
        config: TrainConfig,
        device: torch.device,
        compiled: bool = False,
    ) -> None:
        self.case = network, batches = case
        model: Any = untrained(shape, config.seed) if network == "ours" else TorchTransformer(shape)
        model.to(device)
        if compiled:
            model.compile(dynamic=True)
        group = group_by_length if batches == "by length" else in_any_order
        self._learner, self._steps = Learner(model, config), 0
        self._stream = TrainingBatches(corpora, tokenizer, config, group).stream()
        for _ in range(WARM_UP):
            self._learner.learn(next(self._stream)[2], 0, 0.0)

    def run(self, number: int, seconds: float) -> Pace:
        """Train for so long, to the end of a step."""
        steps = pieces = places = 0
        took = waiting = 0.0
        begun = time.perf_counter()
        while took < seconds:
            asked = time.perf_counter()
            _, _, batch = next(self._stream)
            waiting += time.perf_counter() - asked
            self._learner.learn(batch, self._steps, 0.0)  # returns when the step is done
            self._steps += 1
            steps, pieces, places = steps + 1, pieces + batch.pieces, places + batch.places
            took = time.perf_counter() - begun
        padding = 1 - pieces / places
        return Pace(*self.case, number, steps, pieces, padding, took, waiting)


def measure(runners: Sequence[Runner], rounds: int, seconds: float) -> Iterator[Pace]:
    """Every way in turn: what disturbs one disturbs the others."""
    for number in range(1, rounds + 1):
        for runner in runners:
            yield runner.run(number, seconds)


def of_case(results: Sequence[Pace], case: tuple[str, str]) -> list[Pace]:
    """The rounds of one way."""
    return [pace for pace in results if pace[:2] == case]


def gain(results: Sequence[Pace], case: tuple[str, str] = BASELINE) -> float:
    """How many times faster ours is, by length, than ``case``: median over the rounds."""
    pairs = zip(of_case(results, OURS), of_case(results, case), strict=True)
    return float(np.median([ours.speed / other.speed for ours, other in pairs]))


def report(machine: Machine, results: Sequence[Pace]) -> Iterator[str]:
    """Lines of a table for a terminal: medians over the rounds."""
    yield ", ".join(f"{name} {value}" for name, value in vars(machine).items())
    yield "\nnetwork  batches         pieces/s   padding  waiting for batches  ours is faster"
    for case in CASES:
        rounds = of_case(results, case)
        speed, padding, waiting = (
            float(np.median(values))
            for values in zip(
                *((p.speed, p.padding, p.waiting / p.seconds) for p in rounds), strict=True
            )
        )
        yield (
            f"{case[0]:<8} {case[1]:<14} {speed:>9.0f} {padding:>9.1%} {waiting:>20.2%}"
            f" {gain(results, case):>13.2f} x"
        )


def add_options(parser: ArgumentParser) -> None:
    """``benchmark training``: its options, and what runs it."""
    parser.set_defaults(command=benchmark_training)
    add = parser.add_argument
    add("--device", default="auto", help="cpu, cuda or auto (default: a GPU if there is one)")
    add("--out", type=Path, metavar="FILE.json", help="keep all measurements in this file")
    add("--data", type=Path, metavar="DIR", help="folder of NAME.train.tsv.gz (default: made up)")
    add("--size", default="small", help="tiny, 5m, small or base (default small)")
    add("--tokens", type=int, metavar="N", help="padded pieces of a step (default 2500)")
    add("--compile", action="store_true", help="compile both networks")
    add("--rounds", type=int, default=ROUNDS, metavar="N", help=f"(default {ROUNDS})")
    add("--seconds", type=float, default=SECONDS, metavar="N", help="of one case in one round")


def benchmark_training(options: Namespace) -> int:
    """What ``python -m transformer benchmark training`` does."""
    if options.rounds < 1 or options.seconds <= 0:
        raise UsageError("--rounds must be at least 1, and --seconds above 0.")
    device = pick_device(options.device)
    config = TrainConfig(tokens_per_batch=options.tokens or TrainConfig.tokens_per_batch)
    corpora = {name: list[Pair]() for name, _ in config.mix}
    if options.data:
        corpora = read_corpora(options.data, list(corpora))
    else:
        config = TrainConfig(mix=(("made up", 1.0),), tokens_per_batch=config.tokens_per_batch)
        corpora = {"made up": made_up_pairs(MADE_UP)}
    tokenizer = Tokenizer.load(MODELS / "small" / TOKENIZER)
    shape = ModelConfig.preset(options.size, vocabulary=len(tokenizer))
    announce("preparing four trainings ...")
    runners = [
        Runner(case, shape, corpora, tokenizer, config, device, options.compile) for case in CASES
    ]
    progress, results = Progress("training"), list[Pace]()
    for pace in measure(runners, options.rounds, options.seconds):
        results.append(pace)
        progress.show(len(results) / (options.rounds * len(CASES)))
    machine = this_machine(device)
    made = supply(TrainingBatches(corpora, tokenizer, config))
    print("\n".join(report(machine, results)))
    print(f"The loader alone: {made:.0f} pieces/s.")
    if options.out:
        save_results(options.out, machine, results)
    return 0
