"""What an edit does to a translation that the model wrote without it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from transformer.analysis.softmax import row_entropy
from transformer.edits import Edit, Edits, SwitchOff
from transformer.tokenizer import BEGIN, Tokens
from transformer.trace import KINDS, Kind, Trace
from transformer.translator import Translation, Translator, log_softmax


def replay(translator: Translator, translation: Translation, edits: Edits) -> Trace:
    """One pass over the same French and English pieces, with the edits."""
    return translator.transformer.trace(translation.source.ids, translation.target.ids, edits)


def log_probabilities(
    translator: Translator, translation: Translation, alternatives: Sequence[Edits]
) -> np.ndarray:
    """How probable the model finds ``translation`` under each of several edits, in nats."""
    traces = (replay(translator, translation, edits) for edits in alternatives)
    return np.array([translator.log_probability(trace, translation.target) for trace in traces])


def piece_log_probabilities(trace: Trace, target: Tokens) -> np.ndarray:
    """Log-probability, in nats, that the pass gives to each piece of ``target``, (L,)."""
    return log_softmax(trace.logits_LV)[range(len(target.ids)), target.ids]


def without_each_head(
    translator: Translator, translation: Translation, kind: Kind, edits: Edits = ()
) -> np.ndarray:
    """How much less probable ``translation`` becomes, in nats, with one head of ``kind`` off.

    (layers, heads), the change from the log-probability under ``edits`` alone: below zero where the
    head helped. Each number is a pass of its own.
    """
    model, source, target = translator.transformer, translation.source, translation.target
    read = torch.tensor([[BEGIN, *target.ids[:-1]]])
    pieces, everything = torch.tensor([source.ids]), torch.ones(1, 1, len(source.ids)).bool()
    device = model.embedding.weight.device
    pieces, everything, read = (tensor.to(device) for tensor in (pieces, everything, read))

    @torch.inference_mode()
    def total(*more: Edit) -> float:
        logits = model.logits(model.follow(pieces, everything, read, [*edits, *more]))[0]
        return float(log_softmax(logits.cpu().numpy())[range(len(target.ids)), target.ids].sum())

    whole = total()
    layers, heads = translation.trace.weights(kind).shape[:2]
    return np.array(
        [[total(SwitchOff(kind, n, head)) - whole for head in range(heads)] for n in range(layers)]
    )


def layer_entropies(trace: Trace) -> np.ndarray:
    """Mean entropy of a row in bits, for the layers of each kind in the order of ``KINDS``."""
    return np.concatenate([row_entropy(trace, kind).mean((1, 2)) for kind in KINDS])
