"""The whole model as boxes within boxes, from one black box to the sub-layers of a layer.

Every box comes with what the trace recorded there for one sentence. The model is drawn as it is:
pre-norm (Xiong et al. 2020), each sub-layer as norm -> sub-layer -> residual sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import numpy as np

from transformer.analysis.stack import SIDES, Part, Side, Stack, stack
from transformer.trace import AttentionSublayerTrace, FeedForwardTrace
from transformer.translator import Translation

# How far the picture is opened: the black box, its two sides, their layers, one layer of each.
Level = Literal["box", "sides", "layers", "encoder", "decoder"]
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True)
class Box:
    """One box of the picture.

    ``name`` is its own, ``kind`` says what it is, ``parent`` names the box it lies in ("" for the
    outermost). It is seen from ``level`` on and opens at ``opens`` ("" if nothing lies in it). The
    parts of a layer are seen only where ``layer`` (from 0) is the chosen one.

    ``shape`` is that of what leaves it: (pieces,) for text, (pieces, d_model) for vectors, which
    are ``output_LD``, (pieces, vocabulary) for logits. ``inside`` is the largest shape within it:
    (heads, queries, keys) or (pieces, d_ff). ``weights_LM``, from 0 to 1, are an attention's, mean
    over its heads, or the probabilities of the likeliest pieces.
    """

    name: str
    kind: str
    parent: str
    level: Level
    shape: tuple[int, ...]
    side: Side | None = None
    layer: int | None = None
    opens: Level | None = None
    part: Part | None = None
    inside: tuple[int, ...] = ()
    output_LD: np.ndarray | None = None
    weights_LM: np.ndarray | None = None

    @property
    def length(self) -> float | None:
        """The mean length of the vectors that leave it; None where none do."""
        if self.output_LD is None:
            return None
        return float(np.linalg.norm(self.output_LD.astype(np.float64), axis=1).mean())


def journey(translation: Translation) -> tuple[Box, ...]:
    """All boxes in the order in which the sentence comes through them, parents first.

    Raises UsageError for a recurrent model.
    """
    source, target = (stack(translation, side) for side in SIDES)
    french, english = len(source.ids), len(target.ids)
    memory = Box(
        "memory", "memory", "model", "sides", source.final_LD.shape, output_LD=source.final_LD
    )
    return (
        Box("source", "source", "", "box", (french,), "source"),
        Box("model", "model", "", "box", (french, english), opens="sides"),
        *_side(source, "encoder"),
        memory,
        Box("read", "read", "", "sides", (english,), "target"),
        *_side(target, "decoder"),
        _next(translation),
        Box("target", "target", "", "box", (english,), "target"),
    )


def visible(boxes: tuple[Box, ...], level: Level, layer: int) -> tuple[Box, ...]:
    """Those seen at ``level`` with the parts of ``layer`` (from 0; of fewer, the last)."""
    parents = {box.name: box for box in boxes}
    return tuple(
        box
        for box in boxes
        if _reached(box.level, level)
        and (box.part is None or is_open(parents[box.parent], boxes, level, layer))
    )


def is_open(box: Box, boxes: tuple[Box, ...], level: Level, layer: int) -> bool:
    """Whether what lies in ``box`` is seen; ``layer`` as in ``visible``."""
    if box.opens is None or not _reached(box.opens, level):
        return False
    if box.kind != "layer":
        return True
    count = sum(other.kind == "layer" and other.side == box.side for other in boxes)
    return box.layer == min(layer, count - 1)


def lengths(read: Stack) -> np.ndarray:
    """The mean length of one side's vectors in each of its states, (layers + 3,)."""
    return np.linalg.norm(read.states(), axis=-1).mean(1)


def _reached(wanted: Level, level: Level) -> bool:
    return LEVELS.index(wanted) <= LEVELS.index(level)


def _side(read: Stack, name: Literal["encoder", "decoder"]) -> Iterator[Box]:
    """One side, its embedding, its layers with their parts, and its last norm."""
    make = partial(Box, side=read.side, shape=read.final_LD.shape)
    yield make(name, name, "model", "sides", opens="layers", output_LD=read.final_LD)
    for kind, output_LD in (("embedding", read.embedding_LD), ("positions", read.input_LD)):
        yield make(f"{name}.{kind}", kind, name, "layers", output_LD=output_LD)
    for layer in range(len(read.layers)):
        own = f"{name}.{layer}"
        after_LD = read.sublayer(layer, "feed_forward").residual_after_LD
        yield make(own, "layer", name, "layers", layer=layer, opens=name, output_LD=after_LD)
        for part in read.parts:
            record, begin = read.sublayer(layer, part), f"{own}.{part}"
            within = partial(make, parent=own, level=name, layer=layer, part=part)
            yield within(f"{begin}.norm", "norm", output_LD=record.normalised_LD)
            yield within(begin, part, output_LD=record.output_LD, **_inside(record))
            yield within(f"{begin}.sum", "sum", output_LD=record.residual_after_LD)
    yield make(f"{name}.last_norm", "last_norm", name, "layers", output_LD=read.final_LD)


def _inside(record: AttentionSublayerTrace | FeedForwardTrace) -> dict[str, Any]:
    if isinstance(record, FeedForwardTrace):
        return {"inside": record.hidden_LF.shape}
    weights_HLM = record.heads.weights_HLM
    return {"inside": weights_HLM.shape, "weights_LM": weights_HLM.mean(0)}


def _next(translation: Translation) -> Box:
    """Logits and softmax, with the probabilities of the likeliest pieces at every step."""
    likeliest = [[p for _, p in step.likeliest] for step in translation.search.steps]
    return Box(
        "decoder.next",
        "next",
        "decoder",
        "layers",
        translation.trace.logits_LV.shape,
        "target",
        weights_LM=np.array(likeliest, dtype=np.float32),
    )
