"""What was measured of every head of a model on a corpus: the record, its file, what it shows."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from transformer.analysis.head_measures import Measures, Place
from transformer.analysis.importance import by_sublayer
from transformer.checkpoint import replace_file
from transformer.errors import UsageError
from transformer.trace import KINDS, Kind
from transformer.translator import MODELS

KEPT = "heads.json"  # beside a model's weights
NOTICED = 1.0  # points of BLEU: to lose less is called little here, a threshold of ours
Order = Literal["importance", "loss", "encoder", "decoder", "cross"]
ORDERS: tuple[Order, ...] = ("importance", "loss", *KINDS)
_ROWS = ("heads", "curves")  # what the file holds line by line


class Change(NamedTuple):
    """BLEU minus that of the whole model, and the bounds of its 95 % bootstrap interval."""

    bleu: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return not self.low <= 0 <= self.high


class Head(NamedTuple):
    """One head: its measures, its importance, and what changes when it alone is switched off.

    ``writing`` and ``written``, of cross-attention only: the share of English words that look most
    at a French word they are linked to by hand, in the row that writes them and in the next one;
    NaN elsewhere and where there were no alignments.
    """

    place: Place
    measures: Measures
    writing: float
    written: float
    importance: float
    off: Change

    @property
    def aligned(self) -> float:
        """The better of ``writing`` and ``written``."""
        return max(self.writing, self.written)


class Point(NamedTuple):
    """The first ``removed`` heads of an order are off."""

    removed: int
    off: Change


@dataclass(frozen=True)
class HeadStudy:
    """All heads of a model on one corpus, and curves of switching more and more of them off.

    ``bleu`` is that of the whole model, by greedy search; ``sha256`` is that of its weights.
    """

    model: str
    sha256: str
    data: str
    sentences: int
    aligned: str
    aligned_sentences: int
    signature: str
    bleu: float
    heads: tuple[Head, ...]
    curves: Mapping[Order, tuple[Point, ...]]

    @property
    def spared(self) -> int:
        """How many heads cost less than ``NOTICED`` when they go alone."""
        return sum(head.off.bleu > -NOTICED for head in self.heads)

    @property
    def missed(self) -> int:
        """How many heads are clearly missed when they go alone: the interval lies below zero."""
        return sum(head.off.clear and head.off.bleu < 0 for head in self.heads)

    @property
    def gained(self) -> int:
        """How many heads do clearly harm: without one, the interval lies above zero."""
        return sum(head.off.clear and head.off.bleu > 0 for head in self.heads)

    def affordable(self, order: Order) -> int:
        """How many heads can go in that order before as much as ``NOTICED`` is lost."""
        most = 0
        for removed, off in self.curves[order]:
            if off.bleu <= -NOTICED:
                break
            most = removed
        return most

    def curve(self, order: Order) -> list[tuple[int, float]]:
        """How many heads are off, and the BLEU that is left."""
        return [(removed, self.bleu + off.bleu) for removed, off in self.curves[order]]

    def left(self, order: Order, kind: Kind) -> list[tuple[int, int]]:
        """How many heads are off, and how many of one attention are then left."""
        kinds = [place[0] for place in pruning_order(self.heads, order)]
        return [(removed, kinds[removed:].count(kind)) for removed, _ in self.curves[order]]

    def save(self, path: Path) -> None:
        """Write as JSON, one head or point a line; what is not known is null."""
        head = {name: value for name, value in vars(self).items() if name not in _ROWS}
        curves = [
            {"order": order, "removed": point.removed} | point.off._asdict()
            for order, points in self.curves.items()
            for point in points
        ]
        lines = [json.dumps(head, indent=1)[:-2]]
        for name, rows in (("heads", [_values(head) for head in self.heads]), ("curves", curves)):
            lines.append(f' "{name}": [\n' + ",\n".join(map(json.dumps, rows)) + "\n]")
        text = ",\n".join(lines) + "}\n"
        replace_file(path, lambda beside: beside.write_text(text, encoding="utf-8"))

    @classmethod
    def load(cls, path: Path) -> HeadStudy:
        """Read what ``save`` wrote; UsageError if that is not what the file holds."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            curves: dict[Order, list[Point]] = {order: [] for order in ORDERS}
            for row in found["curves"]:
                curves[row["order"]].append(Point(row["removed"], _change(row)))
            found["curves"] = {order: tuple(points) for order, points in curves.items()}
            found["heads"] = tuple(_head(row) for row in found["heads"])
            return cls(**found)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                "{path} should hold measurements of all heads, but cannot be read ({why}). Make it "
                "again: python -m transformer heads --model {folder} --data FILE.tsv",
                path=path,
                why=getattr(error, "strerror", None) or error,
                folder=path.parent,
            ) from error


def kept_study(model: str) -> HeadStudy | None:
    """What was measured of the shipped model of that name, if it was."""
    path = MODELS / model / KEPT
    return HeadStudy.load(path) if path.exists() else None


def pruning_order(heads: Sequence[Head], order: Order) -> list[Place]:
    """Which heads go first: the least important (Michel et al. 2019, section 4), of all or of one
    attention, or, by "loss", those that cost least BLEU when they go alone."""
    if order == "loss":
        return [head.place for head in sorted(heads, key=lambda head: -head.off.bleu)]
    importance = by_sublayer({head.place: head.importance for head in heads})
    chosen = [place for place in importance if order == "importance" or place[0] == order]
    return sorted(chosen, key=lambda place: importance[place])


def _values(head: Head) -> dict[str, Any]:
    """For JSON; layers and heads count from 1, as on the pages."""
    kind, layer, number = head.place
    values = {"kind": kind, "layer": layer + 1, "head": number + 1} | head.measures._asdict()
    values |= {name: getattr(head, name) for name in ("writing", "written", "importance")}
    values |= head.off._asdict()
    return {n: None if isinstance(v, float) and math.isnan(v) else v for n, v in values.items()}


def _head(row: Mapping[str, Any]) -> Head:
    if row["kind"] not in KINDS:
        raise ValueError(f"there is no attention {row['kind']!r}")
    known = {name: math.nan if value is None else value for name, value in row.items()}
    return Head(
        place=(row["kind"], row["layer"] - 1, row["head"] - 1),
        measures=Measures(*(float(known[name]) for name in Measures._fields)),
        writing=float(known["writing"]),
        written=float(known["written"]),
        importance=float(known["importance"]),
        off=_change(row),
    )


def _change(row: Mapping[str, Any]) -> Change:
    return Change(*(float(row[name]) for name in Change._fields))
