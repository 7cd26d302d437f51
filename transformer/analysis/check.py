"""A number computed again, beside the model's own: do they agree?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TOLERANCE = 1e-5  # times the larger of 1 and the model's own value


@dataclass(frozen=True)
class Check:
    """One of ``count`` numbers computed again, and whether all of them agree."""

    recomputed: float
    model: float
    agrees: bool
    count: int

    @classmethod
    def of(
        cls,
        recomputed: np.ndarray | float,
        model: np.ndarray | float,
        shown: int | tuple[int, ...] = 0,
        steps: int = 1,
    ) -> Check:
        """Compare every entry of two arrays; the entry at ``shown`` is the one to print.

        Every one of the ``steps`` that a number came through, sub-layers one after the other or
        terms of a sum, may be off by the tolerance: two passes of a model in float32 round apart.
        Raises ValueError if their shapes differ, IndexError if there is no such entry.
        """
        again, own = (np.atleast_1d(a).astype(np.float64) for a in (recomputed, model))
        if again.shape != own.shape:
            raise ValueError(f"expected two arrays of one shape, got {again.shape} and {own.shape}")
        allowed = steps * TOLERANCE * np.maximum(1.0, np.abs(own))
        agrees = bool((np.abs(again - own) <= allowed).all())
        return cls(float(again[shown]), float(own[shown]), agrees, own.size)


def largest(array: np.ndarray) -> tuple[int, ...]:
    """Where the entry farthest from 0 stands: the one that tells most if only one is shown."""
    return tuple(map(int, np.unravel_index(np.abs(array).argmax(), array.shape)))
