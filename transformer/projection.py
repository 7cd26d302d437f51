"""x W^T + b, from float16 weights where that gives the same numbers sooner.

Writing one sentence reads every weight for each piece: it waits for memory, not for arithmetic.
A model's file holds float16, so that a float16 copy of its weights loses nothing. FBGEMM multiplies
it with float32 inputs in float32, which differs from PyTorch's product by rounding only.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# FBGEMM multiplies in one thread: 2.6 times as fast as PyTorch in one thread, for 32 to 512 rows
# (torch 2.13, AVX-512). Few rows wait for memory, whatever the threads.
MANY_ROWS, FEW_THREADS = 64, 3

Product = Callable[[Tensor], Tensor]


class Packed:
    """A float16 copy of a matrix, laid out for FBGEMM, and what it was made of. Never changed."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        self._weight, self._version, self._bias = weight, weight._version, bias
        with warnings.catch_warnings():
            # To be removed from a future PyTorch: where they are missing, nothing is packed.
            warnings.filterwarnings("ignore", message="fbgemm", category=UserWarning)
            self._matrix = torch.fbgemm_pack_gemm_matrix_fp16(weight.detach())
            self._multiply = torch.fbgemm_linear_fp16_weight_fp32_activation
            self(weight.detach()[:1])  # the warning comes once

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor | None = None) -> Packed | None:
        """None where FBGEMM is not there, or where float16 would round the weights."""
        if not weight.is_cpu or not torch.equal(weight, weight.half().float()):
            return None
        try:
            return cls(weight, bias)
        except (RuntimeError, AttributeError):
            return None

    def fits(self, x: Tensor) -> bool:
        """Whether it may stand in for the product with ``x``, and is faster."""
        return x.is_cpu and x.dim() > 1 and self.holds(x.numel() // x.shape[-1])

    def holds(self, rows: int) -> bool:
        """Nothing asks for a gradient, nobody changed the weights, and it pays for so many rows."""
        pays = rows < MANY_ROWS or torch.get_num_threads() <= FEW_THREADS
        return pays and not torch.is_grad_enabled() and self._weight._version == self._version

    def product(self) -> Product:
        """x W^T + b as a function that asks no question."""
        return partial(self._multiply, packed_weight=self._matrix, bias=self._bias)

    def __call__(self, x: Tensor) -> Tensor:
        return self._multiply(x, self._matrix, self._bias)

    def __deepcopy__(self, memo: Any) -> Packed:
        return self


class Projection(nn.Linear):
    """``nn.Linear`` that ``pack`` makes faster where nothing trains."""

    packed: Packed | None = None

    def forward(self, x: Tensor) -> Tensor:
        if self.packed is not None and self.packed.fits(x):
            return self.packed(x)
        return F.linear(x, self.weight, self.bias)

    def product(self, rows: int) -> Product:
        """``forward`` of so many rows as a function, while the weights stay what they are."""
        if self.packed is not None and self.weight.is_cpu and self.packed.holds(rows):
            return self.packed.product()
        return partial(F.linear, weight=self.weight, bias=self.bias)


class Embedding(nn.Embedding):
    """A row for each piece of the vocabulary; ``scores`` multiplies by all of them."""

    packed: Packed | None = None

    def scores(self, x: Tensor) -> Tensor:
        """x E^T, (..., V)."""
        if self.packed is not None and self.packed.fits(x):
            return self.packed(x)
        return F.linear(x, self.weight)


def pack(network: nn.Module) -> None:
    """Keep float16 copies of all matrices that ``network`` multiplies by, where they are exact."""
    for part in network.modules():
        if isinstance(part, Projection):
            part.packed = Packed.of(part.weight, part.bias)
        elif isinstance(part, Embedding):
            part.packed = Packed.of(part.weight)
