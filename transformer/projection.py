"""x W^T + b, from float16 weights where that gives the same numbers sooner.

Writing one sentence reads every weight for each piece: it waits for memory, not for arithmetic.
A model's file holds float16, so that a float16 copy of its weights loses nothing. FBGEMM multiplies
it with float32 inputs in float32, which differs from PyTorch's product by rounding only.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# FBGEMM multiplies in one thread: 2.6 times as fast as PyTorch in one thread, for 32 to 512 rows
# (torch 2.13, AVX-512). Few rows wait for memory, whatever the threads.
MANY_ROWS, FEW_THREADS = 64, 3

Multiply = Callable[[Tensor, Tensor, Tensor | None], Tensor]  # by a matrix, plus a bias
Factor = tuple[Tensor, Tensor | None]  # a matrix, as ``Multiply`` wants it, and a bias


class Packed:
    """A float16 copy of matrices, one below the other, laid out for FBGEMM. Never changed."""

    def __init__(self, weights: Sequence[Tensor], bias: Tensor | None) -> None:
        self._weights, self._versions = weights, [weight._version for weight in weights]
        whole = torch.cat([weight.detach() for weight in weights])
        with warnings.catch_warnings():
            # To be removed from a future PyTorch: where they are missing, nothing is packed.
            warnings.filterwarnings("ignore", message="fbgemm", category=UserWarning)
            self.factor = torch.fbgemm_pack_gemm_matrix_fp16(whole), bias
            self.multiply: Multiply = torch.fbgemm_linear_fp16_weight_fp32_activation
            self(whole[:1])  # the warning comes once

    @classmethod
    def of(cls, *weights: Tensor, bias: Tensor | None = None) -> Packed | None:
        """None where FBGEMM is not there, or where float16 would round the weights."""
        for weight in weights:
            if not weight.is_cpu or not torch.equal(weight, weight.half().float()):
                return None
        try:
            return cls(weights, bias)
        except (RuntimeError, AttributeError):
            return None

    def fits(self, x: Tensor) -> bool:
        """Whether it may stand in for the product with ``x``, and is faster."""
        return x.is_cpu and x.dim() > 1 and self.holds(x.numel() // x.shape[-1])

    def holds(self, rows: int) -> bool:
        """Nothing asks for a gradient, nobody changed the weights, and it pays for so many rows."""
        pays = rows < MANY_ROWS or torch.get_num_threads() <= FEW_THREADS
        same = [weight._version for weight in self._weights] == self._versions
        return pays and same and not torch.is_grad_enabled()

    def __call__(self, x: Tensor) -> Tensor:
        return self.multiply(x, *self.factor)

    def __deepcopy__(self, memo: Any) -> None:
        """A copy of a network has other weights, which may be changed: ``pack`` it anew."""


class Projection(nn.Linear):
    """``nn.Linear`` that ``pack`` makes faster where nothing trains."""

    packed: Packed | None = None

    def forward(self, x: Tensor) -> Tensor:
        if self.packed is not None and self.packed.fits(x):
            return self.packed(x)
        return F.linear(x, self.weight, self.bias)


class Joint:
    """Projections of the same input, without biases, as one: their results stand side by side."""

    packed: Packed | None = None
    bias = None

    def __init__(self, *parts: Projection) -> None:
        self.parts = parts

    @property
    def weight(self) -> Tensor:
        """Their matrices, one below the other: a copy."""
        return torch.cat([part.weight for part in self.parts])


class Embedding(nn.Embedding):
    """A row for each piece of the vocabulary; ``scores`` multiplies by all of them."""

    packed: Packed | None = None
    bias = None

    def scores(self, x: Tensor) -> Tensor:
        """x E^T, (..., V)."""
        if self.packed is not None and self.packed.fits(x):
            return self.packed(x)
        return F.linear(x, self.weight)


def pack(network: nn.Module) -> None:
    """Keep float16 copies of all matrices that ``network`` multiplies by, where they are exact.

    A weight changed later in place (``weight.zero_()``) is noticed; through ``weight.data`` it is
    not, since PyTorch does not count that.
    """
    for part in network.modules():
        if isinstance(part, Projection):
            part.packed = Packed.of(part.weight, bias=part.bias)
        elif isinstance(part, Embedding):
            part.packed = Packed.of(part.weight)
        joint = getattr(part, "joint", None)
        if isinstance(joint, Joint):
            joint.packed = Packed.of(*(one.weight for one in joint.parts))


def factors(rows: int, *parts: Projection | Joint | Embedding) -> tuple[Multiply, list[Factor]]:
    """How to multiply so many rows by each of ``parts``, while the weights stay what they are.

    For callers who multiply often: they ask once.
    """
    packed = [part.packed for part in parts if part.packed is not None and part.packed.holds(rows)]
    if len(packed) == len(parts):
        return packed[0].multiply, [one.factor for one in packed]
    return F.linear, [(part.weight, part.bias) for part in parts]
