"""One row is changed: which rows of each sub-layer's output change with it, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from transformer.analysis.stack import Part, Stack
from transformer.attention import KeysValues, causal_mask
from transformer.errors import UsageError
from transformer.model import DecoderLayer, EncoderLayer
from transformer.tokenizer import BOUNDARY
from transformer.trace import DecoderLayerTrace, EncoderLayerTrace, Record
from transformer.translator import Translation, Translator


@dataclass(frozen=True)
class RowChange(Record):
    """Lengths (Euclidean norms) of the difference between two outputs, a number for every row.

    ``alone[part]``: the sub-layer has been run twice, on inputs that differ in row ``place`` only.
    ``joined``: so has the whole layer, its sub-layers one after the other. 0 is exact: not one bit
    of that row has changed. ``piece`` is the new one.
    """

    place: int
    piece: str
    alone: Mapping[Part, np.ndarray]
    joined_L: np.ndarray


@torch.inference_mode()
def row_change(
    translator: Translator, translation: Translation, read: Stack, layer: int, place: int, text: str
) -> RowChange:
    """Put the first piece of ``text`` at ``place`` (from 0) and run ``layer`` (from 0) again.

    A lone mark of a space is passed over. The changed row is the one that the layer meets when the
    changed sentence is read as a whole; all other rows stay those of the sentence as it is.
    ``read`` is either side of ``translation``; the memory that cross-attention looks at stays.
    Raises UsageError if ``text`` cannot be read, its first piece is the one that stands there, or
    the place is that of ``<s>``.
    """
    written = translator.tokenizer.encode(text)
    first = next((i for i, piece in enumerate(written.pieces) if piece != BOUNDARY), 0)
    new, piece = written.ids[first], written.pieces[first]
    if new == read.ids[place]:
        raise UsageError("“{piece}” already stands there: write another word.", piece=piece)
    changed = _reread(translator, translation, read, place, new)[layer]
    run = _Layer(translator, translation, read, layer)

    def compare(part: Part, whole: bool) -> np.ndarray:
        inputs_LD = read.sublayer(layer, part).residual_before_LD
        others_LD = inputs_LD.copy()
        others_LD[place] = getattr(changed, part).residual_before_LD[place]
        outputs = [run.all(x) if whole else run.one(part, x) for x in (inputs_LD, others_LD)]
        return np.linalg.norm(outputs[1].astype(np.float64) - outputs[0], axis=1)

    alone = {part: compare(part, whole=False) for part in read.parts}
    return RowChange(place, piece, alone, compare(read.parts[0], whole=True))


def _reread(
    translator: Translator, translation: Translation, read: Stack, place: int, new: int
) -> tuple[EncoderLayerTrace, ...] | tuple[DecoderLayerTrace, ...]:
    """All layers of the side whose piece at ``place`` has become ``new``."""
    source, target = list(translation.source.ids), list(translation.target.ids)
    if read.side == "source":
        source[place] = new
        return translator.transformer.trace(source, target).encoder
    if place == 0:
        raise UsageError("The decoder always begins with <s>: choose another piece.")
    target[place - 1] = new
    return translator.transformer.trace(source, target).decoder


class _Layer:
    """One layer of the model with all that it reads besides its own rows."""

    def __init__(
        self, translator: Translator, translation: Translation, read: Stack, layer: int
    ) -> None:
        model = translator.transformer
        self.device = model.embedding.weight.device
        layers = model.encoder if read.side == "source" else model.decoder
        self.module: EncoderLayer | DecoderLayer = layers[layer]  # type: ignore[assignment]
        self.mask: Tensor | None = None
        self.memory: KeysValues | None = None
        if isinstance(self.module, DecoderLayer):
            self.mask = causal_mask(len(read.ids), self.device)
            self.memory = self.module.memory_keys_values(self._batch(translation.trace.memory_MD))

    def one(self, part: Part, x_LD: np.ndarray) -> np.ndarray:
        """The output of one sub-layer, before it is added to the residual stream."""
        sublayer, x_BLD = getattr(self.module, part), self._batch(x_LD)
        if part == "feed_forward":
            record = sublayer(x_BLD, explain=True)[1]
        elif part == "cross_attention":
            record = sublayer(x_BLD, None, self.memory, explain=True)[1]
        else:
            record = sublayer(x_BLD, self.mask, explain=True)[1]
        return record.output_LD

    def all(self, x_LD: np.ndarray) -> np.ndarray:
        """What the whole layer leaves in the residual stream."""
        others = () if self.memory is None else (self.memory, None)
        record = self.module(self._batch(x_LD), self.mask, *others, explain=True)[1]
        return record.feed_forward.residual_after_LD

    def _batch(self, rows: np.ndarray) -> Tensor:
        return torch.tensor(rows, device=self.device)[None]
