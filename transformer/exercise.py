"""Exercises that a tiny Transformer learns while one watches: copy, reverse or sort letters.

The model is the one that translates, in small: source and target are sequences of letters instead
of pieces. They are drawn at random for every step; those that it is examined on are never drawn.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
import torch

from transformer.analysis.untrained import untrained
from transformer.benchmark import this_machine
from transformer.config import ModelConfig
from transformer.data import make_batch
from transformer.decoding import greedy_search
from transformer.duration import schedule
from transformer.errors import UsageError
from transformer.loss import token_loss
from transformer.progress import Progress
from transformer.results import save_results
from transformer.tokenizer import END, SPECIAL_PIECES

Task = Literal["copy", "reverse", "sort"]
TASKS: tuple[Task, ...] = get_args(Task)
LETTERS = "abcdefghijkl"
SHORTEST, LONGEST = 3, 8  # letters of a sequence
EXAMPLE = "hbdafceg"  # what the pictures show: no letter twice
HELD_OUT = 100  # unseen sequences for the examination
STEPS, BATCH = 1000, 32
REPORT_EVERY = 25  # steps
LEARNING_RATE, WARMUP_STEPS, CLIP_NORM = 8e-3, 150, 1.0  # found by trying: see `benchmark exercise`
SETTINGS = ((1, 4), (4, 16), (8, 32))  # heads and d_k that `benchmark exercise` tries
PIECES = (*SPECIAL_PIECES, *LETTERS)  # by id


@dataclass(frozen=True)
class Exercise:
    """What is learned, by how many heads of which width, from which random beginning."""

    task: Task
    heads: int
    d_k: int
    seed: int = 1

    @property
    def config(self) -> ModelConfig:
        """One layer on each side; no dropout, as no sequence comes twice."""
        return ModelConfig(
            d_model=64,
            heads=self.heads,
            d_k=self.d_k,
            d_ff=128,
            encoder_layers=1,
            decoder_layers=1,
            dropout=0.0,
            vocabulary=len(PIECES),
            max_length=LONGEST + 2,
        )


@dataclass(frozen=True)
class Report:
    """How far a student is after ``step`` steps, measured on unseen sequences.

    ``loss`` is in nats per letter; ``accuracy`` is the share of sequences written without any
    mistake; ``weights_HLM`` is the cross-attention on ``EXAMPLE`` as it should be answered, and
    ``sharpness`` what the function of that name says of it; ``seconds`` is the processor's time
    so far, examinations included.
    """

    step: int
    loss: float
    accuracy: float
    sharpness: float
    seconds: float
    weights_HLM: np.ndarray


def order(task: Task, letters: str) -> list[int]:
    """The positions of the letters in the order in which they must be written."""
    places = list(range(len(letters)))
    if task == "sort":
        return sorted(places, key=letters.__getitem__)
    return places[::-1] if task == "reverse" else places


def solution(task: Task, letters: str) -> str:
    """What should be written."""
    return "".join(letters[place] for place in order(task, letters))


def spelled(letters: str) -> list[int]:
    """Their ids and ``</s>``."""
    return [PIECES.index(letter) for letter in letters] + [END]


def read(ids: Sequence[int]) -> tuple[str, ...]:
    """The letter or special piece of every id."""
    return tuple(PIECES[id] for id in ids)


def check_letters(text: str) -> str:
    """``text`` without spaces and in small letters; UsageError if no student can read it."""
    letters = "".join(text.split()).lower()
    if not SHORTEST <= len(letters) <= LONGEST or set(letters) - set(LETTERS):
        raise UsageError(
            "Type {shortest} to {longest} letters from {first} to {last}, such as {example}; "
            "this is {text!r}.",
            shortest=SHORTEST,
            longest=LONGEST,
            first=LETTERS[0],
            last=LETTERS[-1],
            example=EXAMPLE[:5],
            text=text,
        )
    return letters


def sharpness(weights_HLM: np.ndarray, task: Task, letters: str = EXAMPLE) -> float:
    """Mean weight on the letter to be written, of the head in which it is largest; 0 to 1."""
    places = order(task, letters)
    return float(weights_HLM[:, range(len(places)), places].mean(-1).max())


class Student:
    """A tiny Transformer, its exercise, and the reports so far."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.model = untrained(exercise.config, exercise.seed)
        self._random = np.random.default_rng(exercise.seed)
        self.unseen = self._draw(HELD_OUT, frozenset())
        self.reports: list[Report] = []
        self._seconds = 0.0

    def learn(self, steps: int = STEPS) -> Iterator[Report]:
        """Train; a report before the first step, after every ``REPORT_EVERY`` and at the end.

        The rate falls to 0 at step ``STEPS``, also where fewer are made: a run that is stopped
        early is the beginning of a whole one. Repeatable on one machine. Call it once.
        """
        optimizer = torch.optim.Adam(self.model.parameters(), betas=(0.9, 0.98), fused=True)
        known = frozenset(self.unseen)
        yield self._examine(0)
        for step in range(steps):
            begun = time.thread_time()
            rate = LEARNING_RATE * schedule(step, step / STEPS, WARMUP_STEPS)
            optimizer.param_groups[0]["lr"] = rate
            optimizer.zero_grad()
            sources, targets = self._pairs(self._draw(BATCH, known))
            token_loss(self.model, make_batch(sources, targets)).backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP_NORM)
            optimizer.step()
            self._seconds += time.thread_time() - begun
            if (step + 1) % REPORT_EVERY == 0 or step + 1 == steps:
                yield self._examine(step + 1)

    def curve(self, name: str) -> np.ndarray:
        """A number of every report: its ``step``, ``loss``, ``accuracy`` or ``sharpness``."""
        return np.array([getattr(report, name) for report in self.reports])

    def answer(self, letters: str) -> tuple[str, ...]:
        """What it writes, the likeliest letter at every step; ``</s>`` last, if it ends."""
        (found,) = greedy_search(self.model, [spelled(letters)])
        return read(found.ids)

    def look(self, letters: str, written: Sequence[str] | None = None) -> np.ndarray:
        """Cross-attention, (H, L, M), while it writes; without ``written``, the right answer."""
        if written is None:
            target = spelled(solution(self.exercise.task, letters))
        else:
            target = [PIECES.index(piece) for piece in written]
        return self.model.trace(spelled(letters), target).weights("cross")[0]

    def _draw(self, count: int, known: frozenset[str]) -> list[str]:
        """Random sequences, none of them ``known``."""
        found: list[str] = []
        while len(found) < count:
            length = self._random.integers(SHORTEST, LONGEST + 1)
            letters = "".join(LETTERS[n] for n in self._random.integers(len(LETTERS), size=length))
            if letters not in known:
                found.append(letters)
        return found

    def _pairs(self, sequences: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
        """Sources and targets as ids."""
        task = self.exercise.task
        return list(map(spelled, sequences)), [spelled(solution(task, s)) for s in sequences]

    def _examine(self, step: int) -> Report:
        begun = time.thread_time()
        sources, targets = self._pairs(self.unseen)
        with torch.inference_mode():
            loss = float(token_loss(self.model, make_batch(sources, targets)))
        written = greedy_search(self.model, sources)
        right = [list(found.ids) == target for found, target in zip(written, targets, strict=True)]
        weights_HLM = self.look(EXAMPLE)
        sharp = sharpness(weights_HLM, self.exercise.task)
        self._seconds += time.thread_time() - begun
        report = Report(step, loss, float(np.mean(right)), sharp, self._seconds, weights_HLM)
        self.reports.append(report)
        return report


class Result(NamedTuple):
    """The last ``Report`` of a whole training."""

    task: Task
    heads: int
    d_k: int
    seed: int
    loss: float
    accuracy: float
    sharpness: float
    seconds: float


def measure(seeds: Sequence[int]) -> Iterator[Result]:
    """Train every task with every one of ``SETTINGS`` from each of ``seeds``."""
    for seed, task, (heads, d_k) in product(seeds, TASKS, SETTINGS):
        *_, last = Student(Exercise(task, heads, d_k, seed)).learn()
        yield Result(task, heads, d_k, seed, last.loss, last.accuracy, last.sharpness, last.seconds)


def add_options(parser: ArgumentParser) -> None:
    """``benchmark exercise``: its options, and what runs it."""
    parser.set_defaults(command=benchmark_exercise)
    add = parser.add_argument
    add("--out", required=True, type=Path, metavar="FILE.json", help="keep the results here")
    add("--seeds", type=int, default=5, metavar="N", help="trainings of each kind (default 5)")


def benchmark_exercise(options: Namespace) -> int:
    """What ``python -m transformer benchmark exercise`` does."""
    torch.set_num_threads(1)  # as in the app; and ``thread_time`` sees one thread
    progress, results = Progress("learning"), list[Result]()
    for found in measure(range(1, options.seeds + 1)):
        results.append(found)
        print(
            f"{found.task}, {found.heads} heads of {found.d_k}, seed {found.seed}: "
            f"{found.accuracy:.0%} right, weight {found.sharpness:.3f}, {found.seconds:.1f} s",
            flush=True,
        )
        progress.show(len(results) / (options.seeds * len(TASKS) * len(SETTINGS)))
    save_results(options.out, this_machine(torch.device("cpu")), results)
    return 0
