"""Several processes that train one model together, as ``torchrun`` starts them: one for each GPU.

Every process holds the whole model and makes its part of every batch (``TrainingBatches.stream``).
DistributedDataParallel averages their gradients while they are still being computed; all then make
the same step. Who writes files is the process of rank 0.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True)
class Team:
    """The processes of a run, seen from the one of ``rank``, 0 to ``size`` - 1."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes what a run leaves behind."""
        return self.rank == 0

    def wrap(self, module: nn.Module) -> nn.Module:
        """``module``, such that after its backward pass all processes have the mean gradient.

        All begin with the weights of rank 0.
        """
        if self.size == 1:
            return module
        return DistributedDataParallel(
            module, broadcast_buffers=False, gradient_as_bucket_view=True
        )

    def sums(self, *values: float) -> list[float]:
        """The sum over all processes of each value; all must ask at the same time."""
        if self.size == 1:
            return list(values)
        added = torch.tensor(values, dtype=torch.float64)
        dist.all_reduce(added)
        return added.tolist()

    def told(self, data: bytes) -> bytes:
        """The ``data`` of rank 0, whatever the others hand in."""
        if self.size == 1:
            return data
        (length,) = self.sums(len(data) if self.leads else 0)
        sent: Tensor = torch.zeros(int(length), dtype=torch.uint8)
        if self.leads:
            sent = torch.frombuffer(bytearray(data), dtype=torch.uint8)
        dist.broadcast(sent, src=0)
        return sent.numpy().tobytes()


ALONE = Team()


@contextmanager
def team() -> Iterator[Team]:
    """The processes that ``torchrun`` started, ready to talk; without it, this one alone.

    What they tell each other goes through gloo, gradients on a GPU through NCCL. Each takes the GPU
    of its place on its machine.
    """
    size = int(os.environ.get("WORLD_SIZE", 1))
    if size == 1:
        yield ALONE
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]) % torch.cuda.device_count())
        dist.init_process_group("cpu:gloo,cuda:nccl")
    else:
        dist.init_process_group("gloo")
    try:
        yield Team(dist.get_rank(), size)
    finally:
        dist.destroy_process_group()
