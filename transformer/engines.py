"""The programs that translate beside ours, on the same weights, each in a process of its own."""

from __future__ import annotations

import math
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import torch

from transformer.export import import_ctranslate2
from transformer.plain import Plain
from transformer.tokenizer import Tokens
from transformer.translator import Translator

OURS, FLOAT32, INT8 = "ours", "CTranslate2 float32", "CTranslate2 int8"
PLAIN, TRACE = "torch.nn.Transformer", "our trace alone"
ENGINES = (OURS, FLOAT32, INT8, PLAIN, TRACE)
STATUS = Path("/proc/self/status")
SETTLED = 0.3  # seconds after which threads of another program no longer wait busily
LARGEST_SHARE = 32  # sentences of a batch that suits CTranslate2 best

Batch = Sequence[Tokens]
Engine = Callable[[Batch, int], Callable[[], object]]  # what it is given, and then what is timed
Timed = Callable[[Sequence[Batch], int], float]  # seconds of a program for these batches
_engine: Engine  # of such a process


@contextmanager
def apart(name: str, model: str | None, folder: Path, threads: int) -> Iterator[Timed]:
    """A program in a process of its own.

    In one process the threads of one program slow another down, by ten times in the worst case.
    """
    new = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, new, _begin, (name, model, folder, threads)) as pool:
        yield lambda batches, beam: pool.submit(_timed, batches, beam).result()


def _begin(*settings: Any) -> None:
    global _engine
    _engine = load_engine(*settings)


def _timed(batches: Sequence[Batch], beam: int) -> float:
    time.sleep(SETTLED)
    return seconds_of(_engine, batches, beam)


def seconds_of(engine: Engine, batches: Sequence[Batch], beam: int) -> float:
    """How long a program takes for all of the batches, one after the other."""
    work = [engine(batch, beam) for batch in batches]
    begun = time.perf_counter()
    for part in work:
        part()
    return time.perf_counter() - begun


def load_engine(name: str, model: str | None, folder: Path, threads: int) -> Engine:
    """A program; ``folder`` holds the weights of the ``model`` in CTranslate2's layout."""
    torch.set_num_threads(threads)
    if name in (FLOAT32, INT8):
        return _load_ctranslate2(name, folder, threads)
    translator = Translator.load(model, "cpu")
    if name == OURS:
        return lambda sources, beam: lambda: translator.search_batch(sources, beam)
    if name == PLAIN:
        plain = Plain(translator.transformer)
        return lambda sources, beam: lambda: plain.greedy([source.ids for source in sources])
    return partial(_trace, translator)


def _load_ctranslate2(name: str, folder: Path, threads: int) -> Engine:
    """Set up as it is fastest: each thread on a batch of its own, or all on one sentence.

    But one for a sentence in int8, where two of them take ten times as long as one.
    """
    at_one = threads if name == FLOAT32 else 1

    @cache
    def loaded(workers: int, threads: int) -> Any:
        return import_ctranslate2().Translator(
            str(folder),
            device="cpu",
            compute_type=name.rpartition(" ")[2],
            inter_threads=workers,
            intra_threads=threads,
        )

    def translate(sources: Sequence[Tokens], beam: int) -> Callable[[], object]:
        pieces = [source.pieces for source in sources]
        translator = loaded(threads, 1) if len(pieces) > 1 else loaded(1, at_one)
        return lambda: translator.translate_batch(
            pieces,
            beam_size=beam,
            max_decoding_length=2 * max(map(len, pieces)) + 16,
            max_batch_size=min(LARGEST_SHARE, math.ceil(len(pieces) / threads)),
        )

    return translate


def _trace(translator: Translator, sources: Sequence[Tokens], beam: int) -> Callable[[], object]:
    """The explained pass over translations that are there already."""
    written = [found[0].ids for found in translator.search_batch(sources, beam)]
    both = [(source.ids, target) for source, target in zip(sources, written, strict=True)]
    return lambda: [translator.transformer.trace(source, target) for source, target in both]


def peak_megabytes(
    name: str, model: str | None, folder: Path, sources: Sequence[Tokens], threads: int
) -> float | None:
    """Peak memory of a new process that loads a program and translates ``sources``, greedily.

    Beyond what the process held before; that of plain PyTorch holds our model besides its copy.
    None where the system does not tell.
    """
    if not STATUS.exists():
        return None
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return float(pool.apply(_peak, (name, model, folder, sources, threads)))


def _peak(
    name: str, model: str | None, folder: Path, sources: Sequence[Tokens], threads: int
) -> float:
    before = _most_kilobytes()
    load_engine(name, model, folder, threads)(sources, 1)()
    return (_most_kilobytes() - before) / 1000


def _most_kilobytes() -> int:
    """The most memory that this process has held."""
    lines = STATUS.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
