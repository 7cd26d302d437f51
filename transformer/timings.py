"""What a benchmark found: seconds by kind of model and length, read, written and compared."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np

from transformer.checkpoint import replace_file
from transformer.config import ARCHITECTURES
from transformer.errors import UsageError

Timed = Literal["reading", "training"]
TIMED: tuple[Timed, ...] = get_args(Timed)


class Case(NamedTuple):
    """What is timed: one kind of model on sequences of ``length`` pieces.

    ``pieces`` is the size of a batch; 1 stands for one sequence alone, however long.
    """

    timed: Timed
    pieces: int
    length: int
    arch: str

    @property
    def line(self) -> tuple[object, ...]:
        """All but the length."""
        return self.timed, self.pieces, self.arch

    @property
    def sequences(self) -> int:
        """How many sequences are in the batch."""
        return max(1, self.pieces // self.length)


class Sample(NamedTuple):
    """One measurement; ``share`` of all are done."""

    case: Case
    seconds: float
    share: float


@dataclass(frozen=True)
class Machine:
    """Where it was measured; ``cores`` and ``threads`` are the processor's."""

    processor: str
    device: str
    cores: int
    threads: int
    torch: str


@dataclass(frozen=True)
class Curve:
    """Seconds of one kind of model by length: medians of all rounds, and the quartiles."""

    lengths: tuple[int, ...]
    seconds: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def rows(self) -> np.ndarray:
        """(4, lengths): length, lower quartile, median, upper quartile."""
        return np.stack([self.lengths, self.low, self.seconds, self.high])

    def at(self, lengths: Sequence[int]) -> np.ndarray:
        """The medians of these lengths."""
        return self.seconds[[self.lengths.index(length) for length in lengths]]


@dataclass(frozen=True)
class Measured:
    """All measurements on one machine: for every case the seconds of each round."""

    machine: Machine
    seconds: Mapping[Case, tuple[float, ...]]

    @classmethod
    def of(cls, machine: Machine, samples: Sequence[Sample]) -> Measured:
        """Sort ``samples`` by case; the first of each was for warming up."""
        found: dict[Case, list[float]] = defaultdict(list)
        for sample in samples:
            found[sample.case].append(sample.seconds)
        return cls(machine, {case: tuple(all[1:]) for case, all in found.items() if all[1:]})

    @property
    def rounds(self) -> int:
        """How often each case was timed."""
        return max(map(len, self.seconds.values()))

    def curves(self, timed: Timed, pieces: int) -> dict[str, Curve]:
        """A curve for each kind of model that was measured so."""
        found = {}
        for arch in ARCHITECTURES:
            cases = sorted(case for case in self.seconds if case.line == (timed, pieces, arch))
            if cases:
                quartiles = [np.quantile(self.seconds[case], (0.25, 0.5, 0.75)) for case in cases]
                low, median, high = np.array(quartiles).T
                found[arch] = Curve(tuple(case.length for case in cases), median, low, high)
        return found

    def report(self) -> Iterator[str]:
        """Lines of tables for a terminal."""
        yield ", ".join(f"{name} {value}" for name, value in asdict(self.machine).items())
        for timed, pieces in sorted({(case.timed, case.pieces) for case in self.seconds}):
            curves = self.curves(timed, pieces)
            batch = "one sequence" if pieces == 1 else f"batches of {pieces} pieces"
            yield f"\n{timed}, {batch}: ms, median of {self.rounds} rounds (lower-upper quartile)"
            yield "length" + "".join(f"{arch:>26}" for arch in curves)
            for length in sorted({n for curve in curves.values() for n in curve.lengths}):
                cells = "".join(f"{_cell(curve, length):>26}" for curve in curves.values())
                yield f"{length:>6}{cells}"
            for arch in curves:
                if arch != "transformer":
                    yield _verdict(against(curves, "transformer", arch))

    def save(self, path: Path) -> None:
        """Write as JSON, a line for each case."""
        rows = [json.dumps({**case._asdict(), "seconds": s}) for case, s in self.seconds.items()]
        head, body = json.dumps(asdict(self.machine)), ",\n".join(rows)
        text = f'{{"machine": {head},\n"measurements": [\n{body}\n]}}\n'
        replace_file(path, lambda beside: beside.write_text(text, encoding="utf-8"))

    @classmethod
    def load(cls, path: Path) -> Measured:
        """Read what ``save`` wrote; UsageError if that is not what the file holds."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            rows = [(tuple(row.pop("seconds")), Case(**row)) for row in found["measurements"]]
            return cls(Machine(**found["machine"]), {case: seconds for seconds, case in rows})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                "{path} should hold measurements, but cannot be read ({why}). Make it again: "
                "python -m transformer benchmark recurrence --out {path}",
                path=path,
                why=error,
            ) from error


class BreakEven(NamedTuple):
    """From ``length`` pieces on, as far as was measured, ``first`` is faster than ``second``.

    ``always`` if that is the shortest length measured.
    """

    first: str
    second: str
    length: float
    always: bool


def against(curves: Mapping[str, Curve], one: str, other: str) -> BreakEven:
    """Which of two kinds is faster for long sequences, and from which length on."""
    shared = [n for n in curves[one].lengths if n in curves[other].lengths]
    first, second = curves[one].at(shared), curves[other].at(shared)
    if second[-1] < first[-1]:
        one, other, first, second = other, one, second, first
    length = break_even(shared, first, second)
    return BreakEven(one, other, length, length <= shared[0])


def break_even(lengths: Sequence[int], one: np.ndarray, other: np.ndarray) -> float:
    """The length from which on ``one`` takes less time than ``other``, as far as is measured.

    Between two measured lengths both are straight lines on logarithmic axes. The first length
    where ``one`` is always faster; infinite where it is not at the last.
    """
    ahead = np.log(other) - np.log(one)  # above 0 where `one` is faster
    behind = np.flatnonzero(ahead <= 0)
    if not len(behind):
        return float(lengths[0])
    last = int(behind[-1])
    if last == len(lengths) - 1:
        return math.inf
    share = -ahead[last] / (ahead[last + 1] - ahead[last])
    return float(lengths[last] * (lengths[last + 1] / lengths[last]) ** share)


def _cell(curve: Curve, length: int) -> str:
    if length not in curve.lengths:
        return "-"
    i = curve.lengths.index(length)
    median, low, high = (1000 * float(row[i]) for row in (curve.seconds, curve.low, curve.high))
    return f"{median:.1f} ({low:.1f}-{high:.1f})"


def _verdict(found: BreakEven) -> str:
    where = "at every length" if found.always else f"from {found.length:.0f} pieces on"
    return f"{found.first} is faster than {found.second} {where}"
