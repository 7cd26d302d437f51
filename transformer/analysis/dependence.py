"""How much of what an encoder knows at one piece depends on another piece, by their distance.

The measure is the norm of a Jacobian, which ``gradients`` measures: where it falls with distance,
gradients vanish, where it grows they explode (Bengio et al. 1994; Pascanu et al. 2013, section 2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from transformer.trace import Record


@dataclass(frozen=True)
class Curve(Record):
    """Dependence by distance k: of the state at piece t on the embedding of piece t - k.

    ``distances`` are in pieces, below 0 to the right, and leave out those that the encoder cannot
    see. All other arrays have a number for each. ``mean``, ``low`` and ``high`` (the smallest and
    largest) are taken over ``states`` states, each relative to its own dependence at k = 0;
    ``norm`` is the mean of the norms themselves, ``error`` its standard error, as a share of it.
    """

    arch: str
    distances: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    states: np.ndarray
    norm: np.ndarray
    error: np.ndarray

    @property
    def rate(self) -> float:
        """What each further piece to the left multiplies ``mean`` by: a straight line through its
        logarithm from k = 1 on. NaN in a sentence too short for two such distances."""
        left = self.distances > 0
        if left.sum() < 2:
            return math.nan
        return float(np.exp(np.polyfit(self.distances[left], np.log(self.mean[left]), 1)[0]))

    def at(self, distance: int) -> float:
        """``mean`` at that distance; IndexError if it was not measured."""
        return float(self.mean[self.distances == distance][0])

    def below(self, level: float) -> float:
        """The first distance to the left where ``mean`` is below ``level``; infinite if none is."""
        found = self.distances[(self.distances > 0) & (self.mean < level)]
        return float(found.min()) if len(found) else math.inf


@dataclass(frozen=True)
class Dependence(Record):
    """Squared norms of the Jacobians d state / d embedding, as random directions estimate them.

    ``squares[r, l, m]``: of the top state at piece ``places[l]`` (from 0) with respect to the
    embedding of piece m. Their mean over the directions r estimates the squared Frobenius norm
    (Hutchinson 1990); it is exact where there are as many directions as the state is ``width``.
    """

    arch: str
    width: int
    places: tuple[int, ...]
    squares: np.ndarray

    @property
    def norms_LM(self) -> np.ndarray:
        """The Frobenius norms, one row a state."""
        return np.sqrt(self.squares.mean(0))

    def curve(self) -> Curve:
        """Sorted by distance, each state relative to what it owes to its own piece."""
        norms_LM, rows = self.norms_LM, np.arange(len(self.places))
        relative_LM = norms_LM / norms_LM[rows, self.places][:, None]
        away_LM = np.array(self.places)[:, None] - np.arange(norms_LM.shape[1])
        distances = [k for k in np.unique(away_LM) if relative_LM[away_LM == k].min() > 0]
        found = [away_LM == k for k in distances]
        return Curve(
            arch=self.arch,
            distances=np.array(distances),
            mean=np.array([relative_LM[here].mean() for here in found]),
            low=np.array([relative_LM[here].min() for here in found]),
            high=np.array([relative_LM[here].max() for here in found]),
            states=np.array([here.sum() for here in found]),
            norm=np.array([norms_LM[here].mean() for here in found]),
            error=np.array([self._error(self.squares[:, here].mean(1)) for here in found]),
        )

    def _error(self, squares_R: np.ndarray) -> float:
        """Relative standard error of the root of a mean over directions drawn without return."""
        count = len(squares_R)
        share = squares_R.std() / squares_R.mean() / np.sqrt(count)
        return float(share / 2 * np.sqrt(1 - count / self.width))
