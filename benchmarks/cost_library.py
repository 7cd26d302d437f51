"""What translating and tracing cost by length and by beam: seconds, memory, bytes of the record.

Sentences of exactly so many pieces are the first pieces of our own French; ``Exactly`` makes the
translation as long, so that time is measured against one length and not two. The model's own
choices are kept but for the end, which is forbidden before its place and forced there.
"""

import ctypes
import gc
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch

from benchmarks.cost_growth import BEAM_PIECES, SECONDS, Row
from transformer import Translator
from transformer.decoding import search
from transformer.decoding_benchmark import own_sentences
from transformer.model import Transformer
from transformer.tokenizer import END
from transformer.trace import flatten

LENGTHS = (4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
BEAMS = (1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32)
AT_LEAST = 0.05  # seconds: what is faster is repeated within its round
STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Case(NamedTuple):
    what: str
    pieces: int
    beam: int


class Exactly:
    """A model whose translations all have so many pieces, ``</s>`` included."""

    def __init__(self, model: Transformer, pieces: int) -> None:
        self.pieces, self._model = pieces, model
        self.config, self.embedding, self.start = model.config, model.embedding, model.start

    def step(self, ids_B: torch.Tensor, cache: Any) -> torch.Tensor:
        logits = self._model.step(ids_B, cache)
        if cache.length < self.pieces:
            logits[:, END] = -torch.inf
        else:
            logits[:, :END] = logits[:, END + 1 :] = -torch.inf
        return logits


def all_cases() -> list[Case]:
    """Every length by every way, every beam."""
    cases = [Case(*way[:1], n, way[1]) for n in LENGTHS for way in SECONDS.values()]
    return list(dict.fromkeys(cases + [Case("translation", BEAM_PIECES, beam) for beam in BEAMS]))


def measure(translator: Translator, rounds: int) -> Iterator[Row]:
    """Seconds of all cases: in every round all of them, shuffled, with French of its own.

    A round to warm up is not counted. The bytes of the record come along.
    """
    gc.collect()
    gc.freeze()  # as the app does
    cases = all_cases()
    seconds: dict[Case, list[float]] = {case: [] for case in cases}
    for turn in range(1 + rounds):
        random.Random(turn).shuffle(cases)
        for case in cases:
            seconds[case].append(_seconds(prepare(translator, case, turn)))
    for case in all_cases():
        yield Row(case.what, "s", case.pieces, case.pieces, case.beam, seconds[case][1:])
    for pieces in LENGTHS:
        yield Row("record", "bytes", pieces, pieces, 0, [record_bytes(translator, pieces)])


def prepare(translator: Translator, case: Case, turn: int = 0) -> Callable[[], Any]:
    """What is timed."""
    source, model = french(translator, case.pieces, turn), translator.transformer
    exactly: Any = Exactly(model, case.pieces)
    if case.what == "translation":
        return partial(search, exactly, [source], case.beam)
    return partial(model.trace, source, search(exactly, [source], 1)[0][0].ids)


def french(translator: Translator, pieces: int, turn: int = 0) -> tuple[int, ...]:
    """Ids of our own French: the first so many pieces, of which the last is ``</s>``."""
    sentences = own_sentences()[50 * turn : 50 * turn + 50]
    return (*translator.tokenizer.encode_corpus([" ".join(sentences)])[0][: pieces - 1], END)


def record_bytes(translator: Translator, pieces: int) -> int:
    """All arrays of a record together."""
    record = prepare(translator, Case("trace", pieces, 0))()
    return sum(array.nbytes for array in flatten(record).values())


def _seconds(work: Callable[[], Any]) -> float:
    """Time of one repetition, of as many as take ``AT_LEAST`` seconds together."""
    begun, repeated, took = time.perf_counter(), 0, 0.0
    while took < AT_LEAST:
        work()
        repeated, took = repeated + 1, time.perf_counter() - begun
    return took / repeated


def measure_memory(translator: Translator, rounds: int) -> Iterator[Row]:
    """MiB that a pass takes beyond what was held before; nothing where the system does not tell."""
    if not STATUS.exists() or not FORGET.exists():
        return
    for pieces in LENGTHS:
        for case in (Case("translation", pieces, 4), Case("trace", pieces, 0)):
            found = [peak(prepare(translator, case, turn)) for turn in range(rounds)]
            yield Row(case.what, "MiB", pieces, pieces, case.beam, found)


def peak(work: Callable[[], Any]) -> float:
    """The most MiB that this process holds while it works, result included, less those before."""
    work()  # what it holds for good, it holds from now on
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # else the work would be done in memory that is free already
    FORGET.write_text("5", encoding="utf-8")  # the peak so far (Linux, man 5 proc)
    before = _kilobytes("VmRSS")
    work()
    return (_kilobytes("VmHWM") - before) / 1024


def _kilobytes(name: str) -> int:
    lines = STATUS.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
