"""Decoding piece by piece with a cache, beside the one pass that was recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from transformer.analysis.check import Check, largest
from transformer.edits import Edits
from transformer.tokenizer import BEGIN
from transformer.trace import Trace
from transformer.translator import Translation, Translator


@dataclass(frozen=True)
class Stepwise:
    """For every step a check of all its logits, and of what the decoder keeps of the memory.

    Recomputed: on the fast path, one piece at a time. The model's own: in the recorded pass. Of the
    memory, the keys that cross-attention looks at are compared, in all layers, as the cache holds
    them after the step.
    """

    logits: tuple[Check, ...]
    memory: tuple[Check, ...]


@torch.inference_mode()
def stepwise(translator: Translator, translation: Translation, edits: Edits = ()) -> Stepwise:
    """Write the translation once more, as it is written when there is no record of it."""
    model, trace = translator.transformer, translation.trace
    source = torch.tensor([translation.source.ids], device=model.embedding.weight.device)
    state = model.start(source, torch.tensor([source.shape[1]], device=source.device), edits)
    recorded = np.stack(
        [trace.sublayer("cross", i).heads.key_HMK for i in range(len(state.memory))]
    )
    logits, memory = [], []
    for row, id in enumerate((BEGIN, *translation.target.ids[:-1])):
        stepped_V = model.step(torch.tensor([id], device=source.device), state)[0]
        own_V = trace.logits_LV[row]
        again_V, best = stepped_V.float().cpu().numpy(), int(own_V.argmax())
        logits.append(Check.of(again_V, own_V, best, trace.depth))
        kept = np.stack([key[0].float().cpu().numpy() for key, _value in state.memory])
        memory.append(Check.of(kept, recorded, largest(recorded), trace.depth))
    return Stepwise(tuple(logits), tuple(memory))


def rows_stay(
    translator: Translator, translation: Translation, step: int, edits: Edits = ()
) -> Check:
    """The new row of every attention of the decoder at ``step`` (from 0), in all layers and heads.

    Recomputed: in a pass over the beginning alone. The model's own: in the pass over all pieces.
    They agree because no row looks at a later piece.
    """
    alone = translator.transformer.trace(
        translation.source.ids, translation.target.ids[: step + 1], edits
    )
    again, own = (_new_row(trace, step) for trace in (alone, translation.trace))
    return Check.of(again, own, largest(own), alone.depth)


def _new_row(trace: Trace, step: int) -> np.ndarray:
    """The weights of row ``step``, over English so far and over French: one after the other."""
    return np.concatenate(
        [
            trace.weights("decoder")[:, :, step, : step + 1].ravel(),
            trace.weights("cross")[:, :, step].ravel(),
        ]
    )
