"""What a training run left behind: its log, and the attention of one sentence on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from transformer.analysis.view import numbered
from transformer.errors import UsageError
from transformer.trace import KINDS, Kind


@dataclass(frozen=True)
class TrainingLog:
    """The lines of a run's log as columns; NaN where a line has no such number.

    ``loss`` is what training makes smaller (with label smoothing and dropout), ``dev_loss`` the
    cross-entropy of held-out pairs without either, both in nats for each piece.
    """

    step: np.ndarray
    loss: np.ndarray
    learning_rate: np.ndarray
    dev_loss: np.ndarray
    dev_bleu: np.ndarray
    seconds: np.ndarray
    cpu_seconds: np.ndarray
    pairs: np.ndarray

    @property
    def minutes(self) -> np.ndarray:
        return self.seconds / 60

    @property
    def restarts(self) -> tuple[int, ...]:
        """Steps after which the rate, having fallen, rose again: another run went on from there."""
        rate = self.learning_rate
        turns = range(1, len(rate) - 1)
        return tuple(int(self.step[i]) for i in turns if rate[i - 1] > rate[i] < rate[i + 1])

    def cpu_seconds_to(self, loss: float) -> float:
        """Processor time until the dev loss first was ``loss``, between two lines in proportion.

        NaN where it never was, or was not logged.
        """
        for i in np.flatnonzero(self.dev_loss <= loss)[:1]:
            if i == 0:
                return float(self.cpu_seconds[0])
            above, below = self.dev_loss[i - 1], self.dev_loss[i]
            share = (above - loss) / (above - below)
            before, after = self.cpu_seconds[i - 1], self.cpu_seconds[i]
            return float(before + share * (after - before))
        return float("nan")


@dataclass(frozen=True)
class Snapshot:
    """Attention after ``step`` steps; ``maps`` as in ``Trace.maps``: (layers, H, L, M) by kind."""

    step: int
    source: tuple[str, ...]
    target: tuple[str, ...]
    maps: Mapping[str, np.ndarray]

    def weights(self, kind: Kind) -> np.ndarray:
        """As ``Trace.weights``; UsageError where the model has no such attention."""
        if kind not in self.maps:
            raise UsageError(
                "A recurrent model has no self-attention: its words are read one after the other. "
                "Choose cross-attention or a Transformer."
            )
        return self.maps[kind]

    def axes(self, kind: Kind) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The pieces that ask and those that answer, no two of a side named alike."""
        read = ("<s>", *self.target[:-1])
        queries = self.source if kind == "encoder" else self.target
        keys = read if kind == "decoder" else self.source
        return numbered(queries), numbered(keys)

    def even(self, kind: Kind) -> float:
        """What ``sharpness`` is where each query looks at all that it may see with equal weight."""
        queries, keys = self.weights(kind).shape[-2:]
        seen = 1 + np.arange(queries) if kind == "decoder" else np.full(queries, keys)
        return float((1 / seen).mean())


def read_log(path: Path) -> TrainingLog:
    """The log of a run; UsageError if there is none or it is damaged."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
        columns = {
            name: np.array([row.get(name) for row in rows], dtype=np.float64)
            for name in TrainingLog.__dataclass_fields__
        }
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise UsageError(
            "{path} should hold the log of a training run, but cannot be read ({why}). Copy the "
            "model's folder again.",
            path=path,
            why=getattr(error, "strerror", None) or error,
        ) from error
    if not rows:
        raise UsageError("{path} holds no line: the run ended before its first report.", path=path)
    return TrainingLog(**columns)


def read_snapshots(folder: Path) -> tuple[Snapshot, ...]:
    """The snapshots ``STEP.npz`` of a run, by their steps: none where there are none."""
    return tuple(_read_snapshot(path) for path in sorted(folder.glob("*.npz")))


def _read_snapshot(path: Path) -> Snapshot:
    try:
        with np.load(path, allow_pickle=False) as found:
            maps: dict[str, np.ndarray] = {
                kind: found[f"{kind}_weights"].astype(np.float32)
                for kind in KINDS
                if f"{kind}_weights" in found
            }
            source, target = (tuple(map(str, found[side])) for side in ("source", "target"))
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(
            "{path} should hold attention weights, but cannot be read ({why}). Copy the model's "
            "folder again.",
            path=path,
            why=error,
        ) from error
    return Snapshot(int(path.stem), source, target, maps)


def sharpness(weights: np.ndarray) -> np.ndarray:
    """The mean, over the last two axes' rows, of each row's largest weight: 1 looks at one key."""
    return weights.max(-1).mean(-1)
