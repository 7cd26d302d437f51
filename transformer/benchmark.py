"""How the time for a sequence grows with its length, for every kind of model, on this machine.

``reading`` is the encoder alone, as it reads French: forward, and backward to its layers' weights.
``training`` is a step of training without the optimiser: source and target of that length, loss,
and backward to all weights. Both in float32, with dropout, of models with random weights and of
pieces drawn at random: the time does not depend on them.
"""

from __future__ import annotations

import math
import os
import platform
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from transformer.attention import padding_mask
from transformer.checkpoint import new_model
from transformer.config import ARCHITECTURES, ModelConfig, RecurrentConfig, TrainConfig
from transformer.data import Batch
from transformer.errors import UsageError
from transformer.loss import token_loss
from transformer.model import Transformer
from transformer.network import Network
from transformer.progress import Progress
from transformer.recurrent import Recurrent
from transformer.timings import TIMED, Case, Machine, Measured, Sample, Timed
from transformer.tokenizer import BEGIN
from transformer.translator import pick_device

SIZE = "5m"
LENGTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
BATCHES = (1, 2048)  # pieces: one sequence alone, or as many sequences as make 2,048 pieces
ROUNDS = 5
AT_LEAST = 0.03  # seconds: what is faster is repeated within its round
AT_MOST = 1.5  # seconds: what is slower is left out, and whatever is longer still


def all_cases(
    lengths: Sequence[int] = LENGTHS,
    timed: Sequence[Timed] = TIMED,
    batches: Sequence[int] = BATCHES,
) -> list[Case]:
    """Every combination, kinds of models side by side: what disturbs one disturbs the others."""
    return [
        Case(what, pieces, length, arch)
        for what in timed
        for pieces in batches
        for length in sorted(lengths)
        for arch in ARCHITECTURES
    ]


def measure(
    cases: Sequence[Case], rounds: int, device: torch.device, at_most: float = AT_MOST
) -> Iterator[Sample]:
    """Time every case once in each of ``rounds``, and before them once to warm up.

    What takes more than ``at_most`` seconds to warm up, twice, is not timed again, and what is
    longer still not at all.
    """
    longest = max(case.length for case in cases)
    models = {arch: _new_model(arch, longest).to(device) for arch in {c.arch for c in cases}}
    kept, slow = list(cases), dict[tuple[object, ...], int]()
    for turn in range(1 + rounds):
        for number, case in enumerate(kept, start=1):
            if case.length < slow.get(case.line, math.inf):
                seconds = _seconds(models[case.arch], case)
                if turn == 0 and seconds > at_most:  # perhaps only disturbed: once more
                    seconds = _seconds(models[case.arch], case)
                    if seconds > at_most:
                        slow[case.line] = case.length
                yield Sample(case, seconds, (turn + number / len(kept)) / (1 + rounds))
        kept = [case for case in kept if case.length < slow.get(case.line, math.inf)]


def this_machine(device: torch.device) -> Machine:
    """Where it is measured, with the threads that torch uses now."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Machine(
        processor=_processor(),
        device=torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        cores=cores or 1,
        threads=torch.get_num_threads(),
        torch=torch.__version__,
    )


def _processor() -> str:
    """The name of the processor, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _new_model(arch: str, longest: int) -> Network[Any]:
    """With random weights and dropout, as training begins."""
    if arch == "transformer":
        return new_model(ModelConfig.preset(SIZE, max_length=longest)).train()
    return new_model(RecurrentConfig.preset(arch, SIZE, max_length=longest)).train()


def _seconds(model: Network[Any], case: Case) -> float:
    """Time of one repetition, of as many as take ``AT_LEAST`` seconds together."""
    work = _work(model, case)
    on_gpu = model.embedding.weight.is_cuda
    if on_gpu:
        torch.cuda.synchronize()
    begun, repeated, took = time.perf_counter(), 0, 0.0
    while took < AT_LEAST:
        work()
        if on_gpu:
            torch.cuda.synchronize()  # what was asked for has been done only now
        repeated, took = repeated + 1, time.perf_counter() - begun
    return took / repeated


def _work(model: Network[Any], case: Case) -> Callable[[], object]:
    """What is timed, with its pieces drawn."""
    batch = random_batch(model, case.sequences, case.length)
    if case.timed == "reading":
        layers = list(model.get_submodule("encoder").parameters())
        return lambda: torch.autograd.grad(_read(model, batch).sum(), layers)
    weights, smoothing = list(model.parameters()), TrainConfig.label_smoothing
    return lambda: torch.autograd.grad(token_loss(model, batch, smoothing), weights)


def random_batch(model: Network[Any], sequences: int, length: int) -> Batch:
    """Sequences of pieces drawn at random, without padding; source and target are the same."""
    ids = torch.randint(BEGIN + 1, model.config.vocabulary, (sequences, length))
    batch = Batch(ids, torch.full((sequences,), length), ids, ids)
    return batch.to(model.embedding.weight.device)


def kept_bytes(model: Network[Any], sequences: int, length: int) -> int:
    """Memory that a forward pass of training keeps for the backward pass, besides the weights."""
    kept = dict[int, int]()
    weights = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        loss = token_loss(model, random_batch(model, sequences, length))
    assert loss.requires_grad  # alive until here, and with it all that was kept
    return sum(kept.values())


def _read(model: Network[Any], batch: Batch) -> Tensor:
    """What the encoder makes of the source, (B, M, D) or (B, M, S)."""
    if isinstance(model, Recurrent):
        return model.encode(batch.source_BM, batch.lengths_B).states[-1]
    assert isinstance(model, Transformer)
    return model.encode(batch.source_BM, padding_mask(batch.lengths_B, batch.source_BM.shape[1]))


def add_commands(parser: ArgumentParser) -> Any:
    """``benchmark recurrence``: its options, and what runs it; returns where others are added."""
    commands = parser.add_subparsers(required=True, metavar="WHAT")
    says = "Seconds forward and backward by length, for every kind of model."
    recurrence = commands.add_parser("recurrence", help=says, description=says)
    recurrence.set_defaults(command=benchmark_recurrence)
    add = recurrence.add_argument
    add("--device", default="auto", help="cpu, cuda or auto (default: a GPU if there is one)")
    add("--out", type=Path, metavar="FILE.json", help="keep all measurements in this file")
    add("--lengths", type=int, nargs="+", default=LENGTHS, metavar="N", help="in pieces")
    add("--rounds", type=int, default=ROUNDS, metavar="N", help=f"(default {ROUNDS})")
    return commands


def benchmark_recurrence(options: Namespace) -> int:
    """What ``python -m transformer benchmark recurrence`` does."""
    if min(*options.lengths, options.rounds) < 1:
        raise UsageError("--lengths and --rounds must be at least 1.")
    device = pick_device(options.device)
    progress, samples = Progress("measuring"), list[Sample]()
    for sample in measure(all_cases(options.lengths), options.rounds, device):
        samples.append(sample)
        progress.show(sample.share)
    measured = Measured.of(this_machine(device), samples)
    print("\n".join(measured.report()))
    if options.out:
        measured.save(options.out)
    return 0
