"""How far a model's confidence can be trusted: what was measured, its file, where it is unsure.

Kept as a small file beside the model, which the pages read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from transformer.analysis.calibration import (
    Bin,
    Guesses,
    after_the_reference,
    mean_gap,
    of_own_output,
    reliability,
)
from transformer.checkpoint import replace_file
from transformer.data import Pair
from transformer.errors import UsageError
from transformer.progress import track
from transformer.translator import MODELS, Translation, Translator

KEPT = "calibration.json"  # beside a model's weights
Way = Literal["own", "forced"]
WAYS: tuple[Way, ...] = ("own", "forced")


@dataclass(frozen=True)
class Reliability:
    """Pieces in bins of alike confidence; ``fitted`` is their error with a fitted temperature."""

    bins: tuple[Bin, ...]
    fitted: float

    @property
    def pieces(self) -> int:
        return sum(bin.pieces for bin in self.bins)

    @property
    def confidence(self) -> float:
        """How sure the model was on average."""
        return sum(bin.pieces * bin.confidence for bin in self.bins) / self.pieces

    @property
    def accuracy(self) -> float:
        """How often it was right."""
        return sum(bin.pieces * bin.accuracy for bin in self.bins) / self.pieces

    @property
    def error(self) -> float:
        """Expected calibration error, as the model is."""
        return mean_gap(self.bins)

    def between(self, low: float, high: float) -> tuple[int, int]:
        """How many pieces lie in the bins from ``low`` to ``high``, and how many were not right."""
        held = [bin for bin in self.bins if low < bin.edge <= high]
        wrong = sum(bin.pieces * (1 - bin.accuracy) for bin in held)
        return sum(bin.pieces for bin in held), round(wrong)


@dataclass(frozen=True)
class Corpus:
    """What was measured on the ``sentences`` of ``data``, as ``calibration`` explains: pieces of
    the model's ``own`` output, and its likeliest pieces when ``forced`` along the reference."""

    data: str
    sentences: int
    own: Reliability
    forced: Reliability


@dataclass(frozen=True)
class Calibration:
    """All corpora of one model: the first is what ``temperature`` and ``limit`` were chosen on, the
    others are to test them.

    ``sha256`` is that of its weights, ``beam_size`` that of its own output.
    """

    model: str
    sha256: str
    beam_size: int
    temperature: float
    corpora: tuple[Corpus, ...]

    @property
    def limit(self) -> float:
        """The probability up to which a piece counts as unsure: an edge of the bins, 0 if none.

        To call the pieces of the first corpus unsure up to there, and no others, is most often
        right: those in its reference are sure, those that are not are unsure.
        """
        bins = self.corpora[0].own.bins
        gained = np.cumsum([bin.pieces * (1 - 2 * bin.accuracy) for bin in bins])
        return bins[gained.argmax()].edge if gained.max() > 0 else 0.0

    def save(self, path: Path) -> None:
        """Write as JSON, one bin a line."""
        text = json.dumps(asdict(self), indent=1)
        text = re.sub(r"\[[^][{}]*\]", lambda row: " ".join(row[0].split()), text)
        replace_file(path, lambda beside: beside.write_text(text + "\n", encoding="utf-8"))

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read what ``save`` wrote; UsageError if that is not what the file holds."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            found["corpora"] = tuple(_corpus(values) for values in found["corpora"])
            if len(found["corpora"]) < 2:
                raise ValueError("there are no test sentences")
            return cls(**found)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                "{path} should hold how well calibrated a model is, but cannot be read ({why}). "
                "Make it again: python -m transformer evaluate --model {folder} --data TEST.tsv "
                "--calibration DEV.tsv --out {path}",
                path=path,
                why=getattr(error, "strerror", None) or error,
                folder=path.parent,
            ) from error


def _corpus(values: Mapping[str, Any]) -> Corpus:
    ways = {
        way: Reliability(
            tuple(Bin(*row) for row in values[way]["bins"]), float(values[way]["fitted"])
        )
        for way in WAYS
    }
    return Corpus(str(values["data"]), int(values["sentences"]), **ways)


def kept_calibration(model: str) -> Calibration | None:
    """What was measured of the shipped model of that name, if it was."""
    path = MODELS / model / KEPT
    return Calibration.load(path) if path.exists() else None


def measure(
    translator: Translator, corpora: Sequence[tuple[str, Sequence[Pair]]], beam_size: int
) -> Calibration:
    """Both ways on every corpus, given with its name; on the first a temperature is fitted."""
    fitted = after_the_reference(translator, corpora[0][1]).best_temperature()
    found = []
    for data, pairs in track(corpora, "calibration"):
        own = of_own_output(translator, pairs, (1.0, fitted), beam_size)
        forced = after_the_reference(translator, pairs, (1.0, fitted))
        ways = (_reliability(guesses, fitted) for guesses in (own, forced))
        found.append(Corpus(data, len(pairs), *ways))
    return Calibration(translator.name, translator.sha256, beam_size, fitted, tuple(found))


def _reliability(guesses: Guesses, fitted: float) -> Reliability:
    return Reliability(reliability(guesses.confidence_N(), guesses.right_N), guesses.error(fitted))


class Doubt(NamedTuple):
    """A word of the English, by its place, and the least probable of its pieces."""

    word: int
    text: str
    probability: float


def least_sure(translation: Translation) -> tuple[Doubt, ...]:
    """Every word of the English, punctuation too, but not the model's own marks."""
    steps = translation.search.steps
    return tuple(
        Doubt(place, word.text, min(steps[piece].probability for piece in word.pieces))
        for place, word in enumerate(translation.target.words)
        if not word.special
    )


def unsure(translation: Translation, limit: float) -> tuple[Doubt, ...]:
    """The words of which a piece is no more probable than ``limit``."""
    return tuple(doubt for doubt in least_sure(translation) if doubt.probability <= limit)
